"""A lab of real machines, broken on purpose."""

import asyncio
import hashlib
import os
import shlex
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import asyncssh
import pytest
from tests.lab.conftest import Made, small_plan

from seakeep.core.errors import MachineError, RefusedError
from seakeep.lab import preflight
from seakeep.lab.lab import Lab
from seakeep.lab.network import Network
from seakeep.lab.process import call
from seakeep.transport.ssh import SshHost, SshSettings

pytestmark = pytest.mark.lab


async def _reaches(made: Made, source: str, target: str) -> bool:
    host = made.host(source)
    address = made.plan.machine(target).address
    done = await host.run(f"ping -c 1 -W 1 {address}", what="ping", timeout=10)
    await host.close()
    return done.status == 0


async def _zeros(megabytes: int) -> AsyncIterator[bytes]:
    for _ in range(megabytes):
        yield bytes(1 << 20)


@pytest.mark.parametrize("user", ["root", "ops"])
async def test_scripts_run_as_root_for_both_users(shared_lab: Made, user: str) -> None:
    host = shared_lab.host("m0", user=user)
    done = await host.run("id -un; hostname; systemctl is-system-running --wait", what="look", timeout=30)
    assert done.stdout == b"root\nm0\nrunning\n"
    await host.close()


async def test_nothing_leaves_the_lab(shared_lab: Made) -> None:
    host = shared_lab.host("m0")
    done = await host.run("ping -c 1 -W 2 192.0.2.1", what="ping", timeout=10)
    assert done.status != 0
    assert b"Unreachable" in done.stdout
    await host.close()


async def test_a_wrong_host_key_and_a_wrong_login_are_refused(shared_lab: Made, tmp_path: Path) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519")
    stranger.write_private_key(tmp_path / "key")
    address = shared_lab.plan.machine("m0").address
    (tmp_path / "known_hosts").write_text(f"{address} {stranger.export_public_key().decode()}")
    with pytest.raises(MachineError, match="another host key"):
        await shared_lab.host("m0", known_hosts=tmp_path / "known_hosts").run("true", what="look", timeout=20)
    with pytest.raises(MachineError, match="refused root"):
        await shared_lab.host("m0", key=tmp_path / "key").run("true", what="look", timeout=20)


async def test_sudo_that_asks_for_a_password_is_a_clear_error(shared_lab: Made) -> None:
    root = shared_lab.host("m1")
    await root.run("mv /etc/sudoers.d/ops /var/tmp/ops", what="take sudo away", timeout=10)
    try:
        with pytest.raises(MachineError, match="may not become root"):
            await shared_lab.host("m1", user="ops").run("true", what="look", timeout=20)
    finally:
        await root.run("mv /var/tmp/ops /etc/sudoers.d/ops", what="give sudo back", timeout=10)
        await root.close()


async def test_two_hundred_megabytes_arrive_whole(shared_lab: Made) -> None:
    host = shared_lab.host("m0", user="ops")
    done = await host.feed("sha256sum", _zeros(200), what="send", timeout=60)
    assert done.stdout.split()[0].decode() == hashlib.sha256(bytes(200 << 20)).hexdigest()
    await host.close()


async def test_a_tunnel_leads_to_another_machine(shared_lab: Made) -> None:
    host = shared_lab.host("m0")
    async with host.tunnel(str(shared_lab.plan.machine("m1").address), 22) as path:
        reader, writer = await asyncio.open_unix_connection(path)
        assert (await reader.readline()).startswith(b"SSH-2.0")
        writer.close()
        await writer.wait_closed()
    await host.close()


async def test_a_paused_machine_meets_the_deadline_and_then_goes_on(shared_lab: Made) -> None:
    host = shared_lab.host("m2")
    await host.run("true", what="look", timeout=10)
    await shared_lab.lab.pause("m2")
    try:
        with pytest.raises(MachineError, match="no answer within 1 s"):
            await host.run("true", what="look", timeout=1)
    finally:
        await shared_lab.lab.unpause("m2")
    assert (await host.run("echo back", what="look", timeout=10)).stdout == b"back\n"
    await host.close()


async def test_keepalive_notices_a_machine_that_hangs(shared_lab: Made) -> None:
    settings = SshSettings(keepalive=0.3, keepalive_count=2, connect_timeout=1, attempts=1)
    host = shared_lab.host("m2", settings=settings)
    await host.run("true", what="look", timeout=10)
    await shared_lab.lab.pause("m2")
    try:
        with pytest.raises(MachineError, match=r"lost|did not answer within 1 s"):
            await host.run("true", what="look", timeout=30)
    finally:
        await shared_lab.lab.unpause("m2")
    await host.close()


async def test_a_cut_machine_is_alone_but_not_for_the_operator_until_healed(shared_lab: Made) -> None:
    assert await _reaches(shared_lab, "m0", "m1")
    await shared_lab.lab.cut(["m0"])
    try:
        assert not await _reaches(shared_lab, "m0", "m1")
        assert not await _reaches(shared_lab, "m1", "m0")
        assert await _reaches(shared_lab, "m1", "m2")
    finally:
        await shared_lab.lab.heal()
    assert await _reaches(shared_lab, "m0", "m1")


async def test_a_site_is_cut_from_one_other_site_only(shared_lab: Made) -> None:
    pairs = await shared_lab.lab.cut(["a"], others=["b"])
    try:
        assert set(pairs) == {("m0", "m1"), ("m1", "m0"), ("m3", "m1"), ("m1", "m3")}
        assert not await _reaches(shared_lab, "m3", "m1")
        assert await _reaches(shared_lab, "m3", "m2")
        assert await _reaches(shared_lab, "m3", "m0")
    finally:
        await shared_lab.lab.heal()


@pytest.mark.parametrize(("direction", "seen"), [("out", False), ("in", True)])
async def test_a_cut_may_be_one_way(shared_lab: Made, direction: str, seen: bool) -> None:
    """A datagram needs no answer: it shows which way is open. Neighbours are written in by hand for it."""
    lab, plan = shared_lab.lab, shared_lab.plan
    sender, receiver = shared_lab.host("m0"), shared_lab.host("m1")
    mac = (await receiver.run("cat /sys/class/net/eth0/address", what="look", timeout=10)).stdout.decode().strip()
    address = plan.machine("m1").address
    await sender.run(f"ip neigh replace {address} lladdr {mac} dev eth0", what="neighbour", timeout=10)
    await lab.cut(["m0"], direction="out" if direction == "out" else "in")
    try:
        listening = asyncio.create_task(
            receiver.run("timeout 2 socat -u UDP-RECV:9999 STDOUT || true", what="listen", timeout=10)
        )
        for _ in range(8):
            await sender.run(f"echo x | socat -u STDIN UDP-SENDTO:{address}:9999; sleep 0.2", what="send", timeout=10)
        assert (b"x" in (await listening).stdout) is seen
    finally:
        await lab.heal()
        await sender.run(f"ip neigh del {address} dev eth0", what="neighbour", timeout=10)
        await sender.close()
        await receiver.close()


async def test_a_killed_machine_keeps_its_disks_and_comes_back(shared_lab: Made) -> None:
    lab, host = shared_lab.lab, shared_lab.host("m3")
    await host.run("echo kept >/var/lib/etcd/x; sync", what="write", timeout=10)
    await lab.kill("m3")
    assert {m.name: m.state for m in (await lab.state()).machines}["m3"] == "stopped"
    assert not await _reaches(shared_lab, "m0", "m3")
    await lab.start("m3")
    assert (await host.run("cat /var/lib/etcd/x", what="read", timeout=20)).stdout == b"kept\n"
    assert await _reaches(shared_lab, "m0", "m3")
    await host.close()


async def test_a_killed_machine_says_no_goodbye(shared_lab: Made) -> None:
    """As with a power cut, who has a connection to it is left with one."""
    lab, host = shared_lab.lab, shared_lab.host("m0")
    address = shared_lab.plan.machine("m3").address
    hold = f"exec 3<>/dev/tcp/{address}/22; exec sleep 300"
    held = f"ss -Htn state established dst {address}"
    await host.run(f"systemd-run -q --unit=held bash -c {shlex.quote(hold)}", what="connect", timeout=10)
    look = f"for i in $(seq 100); do {held} | grep -q . && break; sleep 0.1; done; {held}"
    assert (await host.run(look, what="look", timeout=20)).stdout
    await lab.kill("m3")
    try:
        assert (await host.run(held, what="look", timeout=10)).stdout
    finally:
        await lab.start("m3")
        await host.run("systemctl stop held", what="stop", timeout=20)
        await host.close()


async def test_up_again_changes_nothing_and_another_shape_is_refused(shared_lab: Made) -> None:
    before = await (await preflight.engine()).containers(shared_lab.plan.name)
    await shared_lab.lab.up(shared_lab.plan)
    assert await (await preflight.engine()).containers(shared_lab.plan.name) == before
    smaller = replace(shared_lab.plan, machines=shared_lab.plan.machines[:2])
    with pytest.raises(RefusedError, match="not as planned"):
        await shared_lab.lab.up(smaller)
    assert shared_lab.lab.access()


async def test_two_labs_side_by_side_use_the_same_addresses(shared_lab: Made, tmp_path: Path) -> None:
    plan = small_plan(f"t2-{os.getpid()}", 1)
    other = Lab(plan.name, root=tmp_path)
    try:
        await other.up(plan)
        second = Made(other, plan, tmp_path)
        for made, text in ((shared_lab, b"first"), (second, b"second")):
            await _write(made.host("m0"), text)
        for made, text in ((shared_lab, b"first\n"), (second, b"second\n")):
            host = made.host("m0")
            assert (await host.run("cat /var/tmp/which", what="read", timeout=10)).stdout == text
            await host.close()
    finally:
        await other.down()
    assert shared_lab.lab.access()
    assert await _reaches(shared_lab, "m0", "m1")


async def _write(host: SshHost, text: bytes) -> None:
    await host.run(f"echo {text.decode()} >/var/tmp/which", what="write", timeout=10)
    await host.close()


_UP = """
import asyncio, sys
from pathlib import Path
from seakeep.lab.lab import Lab
from tests.lab.conftest import small_plan
asyncio.run(Lab(sys.argv[1], root=Path(sys.argv[2])).up(small_plan(sys.argv[1], 4)))
"""


async def test_what_a_killed_up_leaves_is_completed_and_down_leaves_nothing(tmp_path: Path) -> None:
    name = f"t3-{os.getpid()}"
    lab, engine = Lab(name, root=tmp_path), await preflight.engine()
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _UP, name, str(tmp_path))
    try:
        while process.returncode is None and not await engine.containers(name):
            pass
        process.kill()
        await process.wait()
        with pytest.raises(RefusedError, match="is down"):
            lab.access()
        plan = small_plan(name, 4)
        await lab.up(plan)
        assert [m.state for m in (await lab.state()).machines] == ["running"] * 4
        assert await _reaches(Made(lab, plan, tmp_path), "m0", "m3")
        volumes = await _volumes(name)
        assert len(volumes) == 4 * 3
    finally:
        assert await lab.down()
    assert await engine.containers(name) == []
    assert not volumes & await _volumes()
    assert not Network(name).exists()
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert not await lab.down()


async def _volumes(lab: str | None = None) -> set[str]:
    engine = await preflight.engine()
    if lab is None:
        return set((await call(*engine.program, "volume", "ls", "--quiet")).split())
    names = [container.name for container in await engine.containers(lab)]
    shape = '{{range .Mounts}}{{if eq .Type "volume"}}{{.Name}} {{end}}{{end}}'
    return set((await call(*engine.program, "container", "inspect", "--format", shape, *names)).split())
