"""What goes wrong on one machine, on purpose: every message names cause and next step, and nothing is lost.

The tests share a machine and stand in the order in which they leave it: first refusals on a bare machine, then an
apply that is killed over and over, then a running cluster.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.lab.cluster import Cluster

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One machine with every role, bare at first."""
    cluster = Cluster.of("single", f"one-{os.getpid()}", tmp_path_factory.mktemp("one"))
    try:
        cluster.run("sources", "fetch", timeout=3000).ok()
        cluster.run("lab", "up").ok()
        yield cluster
    finally:
        cluster.run("lab", "down").ok()


def test_a_lab_that_is_down_is_not_dialled(tmp_path):
    ran = Cluster.of("single", f"down-{os.getpid()}", tmp_path).run("plan").ok(4)
    assert "is down" in ran.err
    assert "seakeep lab up" in ran.err


def test_a_taken_port_is_named_with_its_process(one):
    one.ssh("single", "systemd-run -q --unit=squatter socat TCP-LISTEN:6443,fork /dev/null; sleep 0.3").ok()
    ran = one.run("apply", "--yes").ok(4)
    assert "6443 is held by socat" in ran.err
    assert "PRE008" in ran.err
    one.ssh("single", "systemctl stop squatter; test ! -e /opt/seakeep").ok()


def test_another_cluster_on_the_machine_is_refused(one):
    one.ssh("single", "mkdir -p /etc/kubernetes/manifests; touch /etc/kubernetes/manifests/kube-apiserver.yaml").ok()
    assert "kube-apiserver.yaml exists [PRE012]" in one.run("apply", "--yes").ok(4).err
    one.ssh("single", "rm -r /etc/kubernetes").ok()


def test_a_wrong_host_key_is_refused(one):
    known = (
        Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state")) / "seakeep-lab" / one.name / "known_hosts"
    )
    right = known.read_text()
    address, kind, _ = right.split(maxsplit=2)
    other = one.folder / "other"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other], check=True)
    known.write_text(f"{address} {kind} {other.with_suffix('.pub').read_text().split()[1]}\n")
    try:
        ran = one.run("plan").ok(3)
    finally:
        known.write_text(right)
    assert "host key" in ran.out + ran.err


def with_ssh(one, ssh):
    """The answer of `plan` when the machine is reached like this."""
    text = one.file.read_text()
    one.file.write_text(text.replace("roles:", f"ssh: {ssh}, roles:", 1))
    try:
        ran = one.run("plan").ok(3)
        return ran.out + ran.err
    finally:
        one.file.write_text(text)


def test_a_refused_login_is_told(one):
    key = one.folder / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    said = with_ssh(one, f"{{user: root, key: {key}}}")
    assert "refuse" in said
    assert str(key) in said


def test_a_user_without_sudo_is_told(one):
    one.ssh("single", "mv /etc/sudoers.d/ops /var/tmp/").ok()
    try:
        said = with_ssh(one, "{user: ops}")
    finally:
        one.ssh("single", "mv /var/tmp/ops /etc/sudoers.d/").ok()
    assert "ops may not become root with sudo without a password" in said


def test_a_full_disk_stops_the_apply_and_resume_goes_on(one):
    one.ssh("single", "mkdir -p /opt/seakeep && mount -t tmpfs -o size=120m tmpfs /opt/seakeep").ok()
    ran = one.run("apply", "--yes").ok(5)
    assert "No space left on device" in ran.err
    assert "host: single" in ran.err
    assert "seakeep resume" in ran.err
    assert "log:" in ran.err
    one.ssh("single", "umount /opt/seakeep && rmdir /opt/seakeep").ok()


@pytest.mark.parametrize(
    "marker",
    [
        "place kubernetes",
        "file /etc/kubernetes/pki/apiserver.crt",
        "start kube-apiserver",
        "load registry.k8s.io/coredns",
        "apply DaemonSet",
        "waiting for pod network",
    ],
)
def test_apply_is_killed_and_resumed(one, marker):
    """Each run goes on from where the one before was killed, and is killed a little later itself."""
    verb = "resume" if list((one.state / "runs").iterdir()) else "apply"
    said = one.kill_at(marker, verb, "--yes")
    assert "error:" not in said


def test_resume_ends_what_the_killed_runs_began(one):
    report = one.run("resume", "--yes", "-o", "json").ok().json
    assert {finding["verdict"] for finding in report["proof"]} == {"PASS"}
    assert one.plan() == []
    assert one.run("status", "-o", "json").ok().json["verdict"] == "PASS"
    assert "nothing to resume" in one.run("resume", "--yes").ok(4).err


def test_a_machine_that_hangs_in_the_middle_does_not_hang_us(one):
    one.ssh("single", "echo '# drift' >>/etc/etcd/etcd.yaml").ok()
    said = one.kill_at("== Machines", "apply", "--yes", act=lambda: one.run("lab", "pause", "single").ok())
    one.run("lab", "unpause", "single").ok()
    assert "seakeep resume" in said
    one.run("resume", "--yes").ok()
    assert one.plan() == []


def test_a_machine_killed_and_started_comes_back_by_itself(one):
    one.run("lab", "kill", "single").ok()
    down = one.run("status", "-o", "json")
    assert down.code in (1, 3)
    assert down.json["etcd"]["members"][0]["healthy"] is None
    one.run("lab", "start", "single").ok()
    one.eventually(lambda: one.run("status").code == 0, "the cluster to come back", 120)
    assert one.plan() == []


def test_two_operators_at_once(one):
    """One computer meets the lock of the state folder; another computer meets the lock on the machine."""
    one.ssh("single", "echo '# drift' >>/etc/kubernetes/kube-proxy.yaml").ok()
    other = Cluster(one.name, one.folder / "other-operator")
    other.folder.mkdir()
    other.file.write_text(one.file.read_text())
    shutil.copytree(one.folder / "state", other.folder / "state")
    answers = []

    def meanwhile():
        answers.append(one.run("apply", "--yes"))
        answers.append(other.run("apply", "--yes"))

    said = one.kill_at("== Machines", "apply", "--yes", act=meanwhile)
    assert "error" not in said
    first, second = answers
    assert "is being worked on by" in first.ok(4).err
    assert "is locked on single by" in second.ok(4).err
    assert one.plan() == []


def test_a_lock_left_by_an_operator_who_is_gone_is_broken_on_purpose_only(one):
    owner = (
        '{"user":"ada","host":"laptop","computer":"elsewhere","boot":"b","pid":1,"born":1,'
        '"run":"r","command":"apply","since":"2026-01-01T00:00:00Z"}'
    )
    one.ssh("single", f"printf '%s\\n%s\\n' $(date +%s) '{owner}' >/var/lib/seakeep/lock").ok()
    one.ssh("single", "echo '# drift' >>/etc/kubernetes/kube-proxy.yaml").ok()
    refused = one.run("apply", "--yes").ok(4)
    assert "is locked on single by ada@laptop" in refused.err
    assert "seakeep unlock" in refused.err
    assert "no terminal to ask" in one.run("unlock").ok(4).err
    assert "ada@laptop" in one.run("unlock", "--yes").ok().out
    one.run("apply", "--yes").ok()
    assert one.run("unlock", "--yes").ok().out == "nothing is locked\n"


def test_a_stale_plan_is_refused(one):
    one.ssh("single", "echo '# drift' >>/etc/kubernetes/kube-proxy.yaml").ok()
    stored = one.folder / "plan.json"
    one.run("plan", "--out", str(stored)).ok(1)
    one.ssh("single", "echo '# more' >>/etc/kubernetes/kube-proxy.yaml").ok()
    ran = one.run("apply", "--yes", str(stored)).ok(4)
    assert "stale" in ran.err or "moved" in ran.err
    one.run("plan", "--out", str(stored)).ok(1)
    one.run("apply", "--yes", str(stored)).ok()


def test_nothing_secret_is_in_what_was_written(one):
    """Every key of the state folder, against every file of every run."""
    secrets = [p.read_bytes() for p in (one.state / "pki").rglob("*.key")]
    secrets += [p.read_bytes() for p in (one.state / "secrets").rglob("*")]
    bodies = [b"".join(s.split(b"-----")[2].split())[:60] if b"-----" in s else s.strip() for s in secrets]
    assert len(bodies) > 5
    written = [p for p in (one.state / "runs").rglob("*") if p.is_file()]
    assert written
    for path in written:
        content = path.read_bytes()
        assert b"PRIVATE KEY" not in content
        assert not [1 for body in bodies if body in content], path


def test_reset_asks_and_leaves_the_machine_as_it_was(one):
    assert "no terminal to ask" in one.run("reset").ok(4).err
    one.run("reset", "--yes").ok()
    left = one.ssh(
        "single",
        "for p in /opt/seakeep /etc/kubernetes /etc/etcd /etc/seakeep /etc/containerd /etc/sysctl.d/90-seakeep.conf"
        " /var/lib/etcd/member /var/lib/seakeep/cluster; do [ -e $p ] && echo $p; done;"
        " ls /etc/systemd/system | grep -E 'etcd|kube|containerd|seakeep-h'; ip -br link | grep -E 'cni0|flannel';"
        " nft list tables; pgrep -l 'etcd|kube|containerd|flannel|coredns'; getent passwd etcd; true",
    ).ok()
    assert left.out == ""
    one.run("apply", "--yes").ok()
