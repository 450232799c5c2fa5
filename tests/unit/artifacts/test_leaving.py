"""The scripts that run before a service stops, with the real shell and programs that answer what real ones did."""

import os
import subprocess
from pathlib import Path

import pytest

from seakeep.artifacts import etcd, etcd_leave, keepalived
from seakeep.artifacts.base import FileSpec
from seakeep.design.model import Design
from seakeep.design.traits import Traits

LEADER = """"MemberID" : 12345678901234567890
"Revision" : 7
"Leader" : 12345678901234567890
"""
"""Of `etcdctl endpoint status -w fields`; an id is an unsigned number of 64 bits: ab54a98ceb1f0ad2."""
FOLLOWER = LEADER.replace('"Leader" : 1234', '"Leader" : 9934')
MEMBERS = """ab54a98ceb1f0ad2, started, a, https://10.0.0.1:2380, https://10.0.0.1:2379, false
1111111111111111, started, learner, https://10.0.0.2:2380, https://10.0.0.2:2379, true
2222222222222222, unstarted, , https://10.0.0.3:2380, , false
3333333333333333, started, dead, https://10.0.0.4:2380, https://10.0.0.4:2379, false
4444444444444444, started, well, https://10.0.0.5:2380, https://10.0.0.5:2379, false
5555555555555555, started, also well, https://10.0.0.6:2380, https://10.0.0.6:2379, false
"""


def text(files: tuple[FileSpec, ...], path: str) -> str:
    file = next(each for each in files if each.path == path)
    assert file.mode == 0o755
    return "".join(str(part) for part in file.parts)


def stop(tmp_path: Path, design: Design, status: str, *, pid: str = "7", without: tuple[str, ...] = ()) -> list[str]:
    """What a stopping member calls: etcdctl without its options, nft, sleep. The programs `without` fail."""
    (tmp_path / "status").write_text(status)
    (tmp_path / "members").write_text(MEMBERS)
    answers = {
        "etcdctl": f"""case "$*" in
  *"endpoint status"*) [ -s {tmp_path}/status ] && cat {tmp_path}/status ;;
  *"member list"*) cat {tmp_path}/members ;;
  *10.0.0.4*"endpoint health") exit 1 ;;
esac""",
        "nft": f'[ "$1" != -f ] || cat >{tmp_path}/rules',
        "sleep": ":",
    }
    for name, body in answers.items():
        failing = f"exit 1\n{body}" if name in without else body
        (tmp_path / name).write_text(f'#!/bin/sh\necho "{name} $*" >>{tmp_path}/calls\n{failing}\n')
        (tmp_path / name).chmod(0o755)
    machine = design.machines[0]
    script = text(etcd.render(design, machine, Traits()).files, etcd.LEAVE)
    script = script.replace("/opt/seakeep/bin/etcdctl", "etcdctl")
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "MAINPID": pid}
    done = subprocess.run(["sh", "-c", script], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    calls = tmp_path / "calls"
    said = calls.read_text().splitlines() if calls.exists() else []
    return [line.split("--dial-timeout=1s ")[-1] for line in said]


def test_a_leader_hands_over_to_the_first_healthy_voting_member(tmp_path: Path, three_sites: Design) -> None:
    """Deaf to all but the next leader meanwhile, and it stays for what they send again."""
    calls = stop(tmp_path, three_sites, LEADER)
    assert calls[2:] == [
        "--endpoints=https://10.0.0.4:2379 endpoint health",
        "--endpoints=https://10.0.0.5:2379 endpoint health",
        "nft -f -",
        "sleep 0.1",
        "--endpoints=https://127.0.0.1:2379 move-leader 4444444444444444",
        f"nft delete table inet {etcd_leave.TABLE}",
        "sleep 1",
    ]
    rules = (tmp_path / "rules").read_text()
    assert "ip saddr 10.0.0.5 tcp sport 2380 accept" in rules
    assert f"2379 timeout {etcd_leave.HOLD_MS}ms, 2380 timeout {etcd_leave.HOLD_MS}ms" in rules


def test_a_leader_without_a_packet_filter_hands_over_all_the_same(tmp_path: Path, three_sites: Design) -> None:
    calls = stop(tmp_path, three_sites, LEADER, without=("nft",))
    assert "sleep 0.1" not in calls
    assert "--endpoints=https://127.0.0.1:2379 move-leader 4444444444444444" in calls


@pytest.mark.parametrize(
    ("status", "pid"), [(FOLLOWER, "7"), ("", "7"), (LEADER, "")], ids=["follower", "mute", "dead"]
)
def test_nothing_is_moved_by_others(tmp_path: Path, three_sites: Design, status: str, pid: str) -> None:
    assert not [call for call in stop(tmp_path, three_sites, status, pid=pid) if "move-leader" in call]


@pytest.mark.parametrize("holds", [True, False])
def test_only_the_holder_lets_new_connections_wait(tmp_path: Path, three_sites: Design, holds: bool) -> None:
    machine = next(each for each in three_sites.machines if each.name == "a-lb1")
    script = text(keepalived.render(three_sites, machine, Traits()).files, keepalived.LEAVE)
    vip = three_sites.endpoint.vip
    for name, body in (("ip", f"echo '2: eth0 inet {vip}/32'" if holds else ":"), ("nft", f"cat >{tmp_path}/rules")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    path = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", script.replace("sleep 0.5", ":")], env={"PATH": path}, check=True)
    rules = tmp_path / "rules"
    assert rules.exists() is holds
    if holds:
        assert f"ip daddr {vip} tcp dport 6443 tcp flags & (fin | syn | rst | ack) == syn drop" in rules.read_text()


def test_keepalived_stops_before_haproxy_and_starts_after_it(three_sites: Design) -> None:
    machine = next(each for each in three_sites.machines if each.name == "a-lb1")
    files = keepalived.render(three_sites, machine, Traits()).files
    unit = next(
        "".join(str(p) for p in each.parts) for each in files if each.path.endswith("seakeep-keepalived.service")
    )
    assert "After=network-online.target seakeep-haproxy.service" in unit
    assert "PartOf=seakeep-haproxy.service" in unit
    assert f"ExecStop=-{keepalived.LEAVE}" in unit


def test_a_member_leaves_as_root_and_never_stays_deaf(three_sites: Design) -> None:
    """The hold is for root; whatever becomes of the script, nothing of it is left when the member has stopped."""
    files = etcd.render(three_sites, three_sites.machines[0], Traits()).files
    unit = next("".join(str(p) for p in each.parts) for each in files if each.path.endswith("etcd.service"))
    assert f"ExecStop=-+{etcd.LEAVE}\n" in unit
    assert f"ExecStopPost=-+/usr/sbin/nft delete table inet {etcd_leave.TABLE}\n" in unit
    assert "User=etcd" in unit
    leave = next(each for each in files if each.path == etcd.LEAVE)
    assert (leave.owner, leave.group, leave.mode & 0o022) == ("root", "root", 0)
