"""Two operators at once, dead holders, clocks that are off."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from seakeep.core.errors import MachineError, RefusedError
from seakeep.engine.lock import BEAT, FileLock, MachineLock, Owner, break_lock, is_alive, is_dead, read_lock
from seakeep.transport.base import Result

from .sim import FakeClock, FolderHost, Recorder

ME = Owner.me(run="r1", command="apply", clock=FakeClock())
OTHER = msgspec.structs.replace(ME, user="anna", host="laptop", computer="elsewhere", run="r2", pid=7)
DEAD = msgspec.structs.replace(ME, pid=2**22 + 1, run="r0")


class StillClock(FakeClock):
    """A clock on which the beat never comes by itself."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.Event().wait()


def lock(
    hosts: list[FolderHost],
    owner: Owner = ME,
    *,
    progress: Recorder | None = None,
    on_lost: Callable[[str], None] = print,
) -> MachineLock:
    roots = {host.name: str(host.root) for host in hosts}
    return MachineLock(
        hosts,
        owner,
        clock=StillClock(),
        progress=progress or Recorder(),
        on_lost=on_lost,
        root=roots.__getitem__,
    )


@pytest.fixture
def hosts(tmp_path: Path) -> list[FolderHost]:
    return [FolderHost(name, tmp_path) for name in ("cp1", "cp2")]


class Down(FolderHost):
    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        raise MachineError("no route", host=self.name, command=what)


def test_a_process_knows_who_is_alive() -> None:
    assert not is_dead(ME, ME)
    assert is_dead(DEAD, ME)
    assert is_dead(msgspec.structs.replace(ME, born=1), ME)
    assert is_dead(msgspec.structs.replace(ME, boot="earlier"), ME)
    assert not is_dead(msgspec.structs.replace(DEAD, computer="elsewhere"), ME)


def test_the_same_folder_twice_is_refused_with_pid_and_since(tmp_path: Path) -> None:
    with FileLock(tmp_path / "lock", OTHER), pytest.raises(RefusedError) as caught, FileLock(tmp_path / "lock", ME):
        pass

    assert "anna@laptop (pid 7, `apply`, run r2), since 2026-11-23T00:00:00Z" in caught.value.message
    with FileLock(tmp_path / "lock", ME):
        pass


def test_two_processes(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    program = (
        "import sys; from pathlib import Path; from seakeep.core.clock import SystemClock\n"
        "from seakeep.engine.lock import FileLock, Owner\n"
        "with FileLock(Path(sys.argv[1]), Owner.me(run='r9', command='apply', clock=SystemClock())):\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(RefusedError, match=f"pid {other.pid}, `apply`, run r9"), FileLock(path, ME):
            pass
    finally:
        other.kill()
        other.communicate()
    with FileLock(path, ME):
        assert msgspec.json.decode(path.read_bytes(), type=Owner) == ME


async def test_the_lock_is_on_every_machine_while_held_and_gone_after(hosts: list[FolderHost]) -> None:
    async with lock(hosts):
        for host in hosts:
            held = await read_lock(host, root=str(host.root))
            assert held is not None
            assert held.owner == ME
            assert held.age < 100

    assert [await read_lock(host, root=str(host.root)) for host in hosts] == [None, None]
    assert sorted(p.name for p in hosts[0].at("/var/lib/seakeep").iterdir()) == [".lock.guard"]


async def test_it_is_released_after_an_error(hosts: list[FolderHost]) -> None:
    with pytest.raises(ZeroDivisionError):
        async with lock(hosts):
            raise ZeroDivisionError

    assert await read_lock(hosts[0], root=str(hosts[0].root)) is None


async def test_another_holder_is_named_with_age_and_nothing_stays_taken(hosts: list[FolderHost]) -> None:
    await plant(hosts[1], OTHER, age=7200)

    with pytest.raises(
        RefusedError, match=r"locked on cp2 by anna@laptop .* for 2 h, last sign of life 2 h ago"
    ) as caught:
        async with lock(hosts):
            pass

    assert "seakeep unlock" in caught.value.hint
    assert await read_lock(hosts[0], root=str(hosts[0].root)) is None
    held = await read_lock(hosts[1], root=str(hosts[1].root))
    assert held is not None
    assert held.owner == OTHER


async def plant(host: FolderHost, owner: Owner, *, age: int = 0) -> None:
    async with lock([host], owner):
        content = host.read("/var/lib/seakeep/lock")
    taken, rest = content.split(b"\n", 1)
    path = host.at("/var/lib/seakeep/lock")
    path.write_bytes(str(int(taken) - age).encode() + b"\n" + rest)
    os.utime(path, (int(taken) - age,) * 2)


async def test_a_dead_process_of_this_computer_is_taken_over_and_noted(hosts: list[FolderHost]) -> None:
    await plant(hosts[0], DEAD)
    progress = Recorder()

    async with lock(hosts, progress=progress):
        held = await read_lock(hosts[0], root=str(hosts[0].root))

    assert held is not None
    assert held.owner == ME
    assert any("dead process" in line and "run r0" in line for line in progress.lines)


async def test_one_machine_that_does_not_answer_is_noted(tmp_path: Path, hosts: list[FolderHost]) -> None:
    progress = Recorder()
    async with lock([Down("cp0", tmp_path), *hosts], progress=progress):
        assert await read_lock(hosts[0], root=str(hosts[0].root)) is not None

    assert "note: the lock was not taken on cp0: no route" in progress.lines


async def test_no_machine_that_answers_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="no route"):
        async with lock([Down("cp0", tmp_path)]):
            pass


async def test_many_at_once_one_wins(hosts: list[FolderHost]) -> None:
    owners = [msgspec.structs.replace(OTHER, pid=n, computer=str(n)) for n in range(8)]
    inside: list[int] = []
    release = asyncio.Event()

    async def work(owner: Owner) -> bool:
        try:
            async with lock([hosts[0]], owner):
                inside.append(owner.pid)
                await release.wait()
                return True
        except RefusedError:
            if len([t for t in tasks if t.done()]) == len(owners) - 2:
                release.set()
            return False

    tasks = [asyncio.create_task(work(owner)) for owner in owners]

    assert sum(await asyncio.gather(*tasks)) == 1
    assert len(inside) == 1


async def test_breaking_takes_only_the_lock_that_was_shown(hosts: list[FolderHost]) -> None:
    host = hosts[0]
    await plant(host, OTHER)
    shown = await read_lock(host, root=str(host.root))
    assert shown is not None
    await plant_over(host, ME)

    with pytest.raises(RefusedError, match="no longer the one"):
        await break_lock(host, shown, root=str(host.root))

    now = await read_lock(host, root=str(host.root))
    assert now is not None
    await break_lock(host, now, root=str(host.root))
    await break_lock(host, now, root=str(host.root))
    assert await read_lock(host, root=str(host.root)) is None


async def plant_over(host: FolderHost, owner: Owner) -> None:
    host.at("/var/lib/seakeep/lock").unlink()
    await plant(host, owner)


async def test_a_broken_lock_is_noticed_and_not_released_for_the_new_holder(hosts: list[FolderHost]) -> None:
    lost: list[str] = []
    async with lock([hosts[0]], on_lost=lost.append) as held:
        await held.refresh()
        assert lost == []
        await plant_over(hosts[0], OTHER)
        await held.refresh()
        await held.refresh()

    assert lost == ["somebody has broken the lock on cp1"]
    still = await read_lock(hosts[0], root=str(hosts[0].root))
    assert still is not None
    assert still.owner == OTHER


async def test_releasing_leaves_the_lock_of_whoever_broke_ours(hosts: list[FolderHost]) -> None:
    async with lock([hosts[0]]):
        await plant_over(hosts[0], OTHER)

    still = await read_lock(hosts[0], root=str(hosts[0].root))
    assert still is not None
    assert still.owner == OTHER


async def test_refreshing_is_a_sign_of_life(hosts: list[FolderHost]) -> None:
    host = hosts[0]
    async with lock([host]) as held:
        path = host.at("/var/lib/seakeep/lock")
        os.utime(path, (1, 1))
        before = await read_lock(host, root=str(host.root))
        await held.refresh()
        after = await read_lock(host, root=str(host.root))

    assert before is not None
    assert after is not None
    assert before.silent > 10**6
    assert after.silent < 100


async def test_the_beat_comes_by_itself(hosts: list[FolderHost]) -> None:
    clock = FakeClock()
    lost: list[str] = []
    gone = asyncio.Event()

    def on_lost(why: str) -> None:
        lost.append(why)
        gone.set()

    roots = str(hosts[0].root)
    async with MachineLock([hosts[0]], ME, clock=clock, progress=Recorder(), on_lost=on_lost, root=lambda _: roots):
        hosts[0].at("/var/lib/seakeep/lock").unlink()
        await asyncio.wait_for(gone.wait(), 300)

    assert clock.slept[0] == BEAT
    assert len(lost) == 1


@pytest.mark.parametrize("content", [b"", b"garbage\n", b"12\n{}\n", b"\xff\xfe"])
async def test_an_unreadable_lock_is_held_by_somebody_unknown(hosts: list[FolderHost], content: bytes) -> None:
    hosts[0].at("/var/lib/seakeep").mkdir()
    hosts[0].at("/var/lib/seakeep/lock").write_bytes(content)

    with pytest.raises(RefusedError, match="somebody unknown"):
        async with lock(hosts):
            pass


async def test_hostile_owner_names_are_data(hosts: list[FolderHost]) -> None:
    hostile = msgspec.structs.replace(OTHER, user="'; touch /tmp/x; '$(id)\n", command='a"b`c`')

    async with lock([hosts[0]], hostile):
        held = await read_lock(hosts[0], root=str(hosts[0].root))

    assert held is not None
    assert held.owner == hostile


class LateClock(FakeClock):
    """The operator's computer is five years off."""

    def now(self) -> datetime:
        return datetime(2031, 1, 1, tzinfo=UTC)


async def test_ages_are_told_by_the_machines_clock_whatever_the_operators_says(hosts: list[FolderHost]) -> None:
    wrong = msgspec.structs.replace(OTHER, since=Owner.me(run="r", command="apply", clock=LateClock()).since)
    roots = {host.name: str(host.root) for host in hosts}
    theirs = MachineLock(hosts, wrong, clock=StillClock(), progress=Recorder(), root=lambda name: roots[name])
    async with theirs:
        with pytest.raises(RefusedError) as caught:
            async with lock(hosts):
                pass
        held = await read_lock(hosts[0], root=str(hosts[0].root))
    assert held is not None
    assert held.age < 60
    assert held.silent < 60
    assert "2031" not in caught.value.message


async def test_a_machine_whose_clock_was_set_back_gives_no_negative_age(hosts: list[FolderHost]) -> None:
    host = hosts[0]
    await plant(host, OTHER)
    path = host.at("/var/lib/seakeep/lock")
    path.write_text("4000000000\n" + path.read_text().partition("\n")[2])
    os.utime(path, (4_000_000_000, 4_000_000_000))
    held = await read_lock(host, root=str(host.root))
    assert held is not None
    assert (held.age, held.silent) == (0.0, 0.0)


async def test_a_copy_of_this_computer_is_not_taken_for_its_past(hosts: list[FolderHost]) -> None:
    """Same machine-id and name, another boot: this computer before it was booted anew, or a living copy of it."""
    twin = msgspec.structs.replace(ME, boot="another", run="r9")
    await plant(hosts[0], twin)
    with pytest.raises(RefusedError, match="is locked on cp1"):
        async with lock([hosts[0]]):
            pass
    os.utime(hosts[0].at("/var/lib/seakeep/lock"), (1, 1))
    async with lock([hosts[0]]):
        pass


def test_alive_and_dead_are_told_of_this_computer_only() -> None:
    assert is_alive(ME, ME)
    for owner in (DEAD, OTHER, msgspec.structs.replace(ME, boot="another")):
        assert not is_alive(owner, ME)
