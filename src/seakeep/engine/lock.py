"""One operator at a time: a lock on the operator's computer and one on the control-plane machines.

`FileLock` keeps two runs of one state folder apart; the kernel drops it when its process dies. `MachineLock`
keeps two operators apart while there is no API yet; ages are told by the machine's own clock, so that a clock
that is off on either computer changes nothing. When the API is up, `lease.LeaseLock` takes its place.
"""

import asyncio
import fcntl
import getpass
import hashlib
import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from seakeep.core.clock import Clock, rfc3339
from seakeep.core.errors import MachineError, RefusedError
from seakeep.core.progress import Progress
from seakeep.engine.guard import quote
from seakeep.transport.base import Host

BREAK_HINT = "if that run is dead: `seakeep unlock`, which shows the owner and asks first"
BEAT = 30.0
"""Seconds between signs of life."""
SILENT = BEAT * 2.5
"""Seconds without a sign of life after which a holder may be thought dead: two were missed."""
_TIMEOUT = 60.0


class Owner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Who holds a lock. `computer` and `boot` tell whether `pid` can be looked up here; `born` is the
    process's start in ticks since boot, because pids are used again."""

    user: str
    host: str
    computer: str
    boot: str
    pid: int
    born: int
    run: str
    command: str
    since: str

    @classmethod
    def me(cls, *, run: str, command: str, clock: Clock) -> Self:
        """This process."""
        return cls(
            user=getpass.getuser(),
            host=platform.node(),
            computer=_computer(),
            boot=_read("/proc/sys/kernel/random/boot_id"),
            pid=os.getpid(),
            born=_born(os.getpid()) or 0,
            run=run,
            command=command,
            since=rfc3339(clock.now()),
        )

    def __str__(self) -> str:
        return f"{self.user}@{self.host} (pid {self.pid}, `{self.command}`, run {self.run})"


def is_dead(owner: Owner, me: Owner) -> bool:
    """Whether the owner's process is known to be gone. False when it ran on another computer: unknown."""
    if owner.computer != me.computer:
        return False
    return owner.boot != me.boot or _born(owner.pid) != owner.born


def is_alive(owner: Owner, me: Owner) -> bool:
    """Whether the owner's process is known to run. False when it runs on another computer: unknown."""
    return (owner.computer, owner.boot) == (me.computer, me.boot) and not is_dead(owner, me)


class FileLock:
    """Holds an flock on a file of the state folder while its block runs."""

    def __init__(self, path: Path, owner: Owner) -> None:
        self._path = path
        self._owner = owner
        self._fd = -1

    def __enter__(self) -> Self:
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _decode(os.pread(fd, 65536, 0))
            os.close(fd)
            who = f"{holder}, since {holder.since}" if holder else "another seakeep on this computer"
            raise RefusedError(
                f"this cluster is being worked on by {who}", hint="wait for it to end, or interrupt it"
            ) from None
        os.ftruncate(fd, 0)
        os.pwrite(fd, msgspec.json.encode(self._owner), 0)
        self._fd = fd
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)
        self._fd = -1


def holder(path: Path) -> Owner | None:
    """Who holds the FileLock at this path now; None where nobody does, or nobody can tell who."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _decode(os.pread(fd, 65536, 0))
    finally:
        os.close(fd)
    return None


@dataclass(frozen=True, slots=True)
class Held:
    """A lock found on a machine. Seconds by the machine's own clock; `raw` is its exact content."""

    machine: str
    owner: Owner | None
    age: float
    silent: float
    raw: str

    def __str__(self) -> str:
        who = str(self.owner) if self.owner else "somebody unknown (its content is not readable)"
        return f"{who}, for {span(self.age)}, last sign of life {span(self.silent)} ago"


class MachineLock:
    """A lock file on every control-plane machine that can be reached, for the time of an `async with`.

    At least one has to be reached. Two operators exclude each other as soon as one machine is reachable for
    both. A lock that a dead process of this computer left is taken over; any other is refused. While held, a
    task refreshes the sign of life; when somebody has broken the lock, `on_lost` is called once.
    """

    def __init__(
        self,
        hosts: Sequence[Host],
        owner: Owner,
        *,
        clock: Clock,
        progress: Progress,
        on_lost: Callable[[str], None] = lambda _: None,
        root: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._hosts = list(hosts)
        self._owner = owner
        self._clock = clock
        self._progress = progress
        self._on_lost = on_lost
        self._root = root
        self._taken: list[Host] = []
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        try:
            unreached = await self._take_all()
        except BaseException:
            await self._release()
            raise
        for failure in unreached:
            self._progress.note(f"the lock was not taken on {failure.host}: {failure.message}")
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        await self._release()

    async def refresh(self) -> None:
        """Give a sign of life on every machine held; a machine that does not answer is left for later."""
        for host in list(self._taken):
            try:
                said = await self._ask(host, 'mine && touch "$L" && echo held || echo lost', "refresh the lock")
            except MachineError:
                continue
            if said.startswith("lost"):
                self._taken.remove(host)
                self._on_lost(f"somebody has broken the lock on {host.name}")

    async def _beat(self) -> None:
        while self._taken:
            await self._clock.sleep(BEAT)
            await self.refresh()

    async def _take_all(self) -> list[MachineError]:
        unreached: list[MachineError] = []
        for host in self._hosts:
            try:
                await self._take(host)
            except MachineError as failure:
                unreached.append(failure)
        if not self._taken:
            raise unreached[0] if unreached else RefusedError("there is no control-plane machine to lock")
        return unreached

    async def _take(self, host: Host) -> None:
        held = await self._claim(host, expected=None)
        if held is not None and held.owner is not None and self._abandoned(held, held.owner):
            self._progress.note(f"took over the lock on {host.name} that a dead process left: {held.owner}")
            held = await self._claim(host, expected=held)
        if held is not None:
            raise RefusedError(f"the cluster is locked on {host.name} by {held}", hint=BREAK_HINT)
        self._taken.append(host)

    def _abandoned(self, held: Held, owner: Owner) -> bool:
        """Whether the lock may be taken over. Two computers made from one image look like one that was booted anew:
        then only silence tells a dead process from one on the other."""
        return is_dead(owner, self._owner) and (owner.boot == self._owner.boot or held.silent >= SILENT)

    async def _claim(self, host: Host, *, expected: Held | None) -> Held | None:
        """Take the lock when it is free or exactly as expected; else what is there."""
        free = '[ ! -e "$L" ]' if expected is None else f'{{ [ ! -e "$L" ] || {_is(expected.raw)}; }}'
        script = (
            f'if {free} || mine; then t=$L.new; {{ date +%s; printf "%s\\n" "$ME"; }} >"$t" && sync -- "$t" &&'
            f' mv -fT -- "$t" "$L" && echo taken; else {_SHOW}; fi'
        )
        said = await self._ask(host, script, "take the lock")
        return None if said.startswith("taken") else _held(host.name, said)

    async def _release(self) -> None:
        """On all at once: only taking has an order."""
        taken, self._taken = self._taken, []

        async def release(host: Host) -> None:
            try:
                await self._ask(host, 'if mine; then rm -f -- "$L"; fi', "release the lock")
            except MachineError as error:
                self._progress.note(f"the lock on {host.name} could not be released: {error.message}")

        await asyncio.gather(*(release(host) for host in taken))

    async def _ask(self, host: Host, script: str, what: str) -> str:
        me = msgspec.json.encode(self._owner).decode()
        return await _ask(host, f"ME={quote(me)}\n{script}", what, self._root(host.name))


async def read_lock(host: Host, *, root: str = "") -> Held | None:
    """The lock on this machine, if there is one."""
    said = await _ask(host, f'if [ -e "$L" ]; then {_SHOW}; else echo free; fi', "read the lock", root)
    return None if said.startswith("free") else _held(host.name, said)


async def break_lock(host: Host, held: Held, *, root: str = "") -> None:
    """Remove exactly this lock. RefusedError when another one has taken its place meanwhile."""
    script = f'if [ ! -e "$L" ] || {_is(held.raw)}; then rm -f -- "$L"; echo broken; else echo other; fi'
    said = await _ask(host, script, "break the lock", root)
    if not said.startswith("broken"):
        raise RefusedError(f"the lock on {host.name} is no longer the one that was shown", hint="look again")


_SHOW = 'echo "held $(date +%s) $(stat -c %Y -- "$L")"; cat -- "$L"'


def _is(raw: str) -> str:
    return f'[ "$(cat -- "$L")" = {quote(raw)} ]'


async def _ask(host: Host, script: str, what: str, root: str) -> str:
    folder = f"{root}/var/lib/seakeep"
    # Every look and every change happens under one kernel lock on the machine: no two can interleave.
    full = (
        f"umask 077\nL={quote(folder + '/lock')}\nmkdir -p {quote(folder)} || exit 73\n"
        f"exec 9>{quote(folder + '/.lock.guard')} || exit 73\nflock -w 20 9 || exit 75\n"
        'mine() { [ -e "$L" ] && [ "$(sed 1d "$L")" = "$ME" ]; }\n' + script + "\n"
    )
    answer = await host.run(full, what=what, timeout=_TIMEOUT)
    if answer.status != 0:
        raise MachineError(
            f"could not {what}", host=host.name, command=what, status=answer.status, stderr=answer.stderr
        )
    return answer.stdout.decode(errors="replace")


def _held(machine: str, said: str) -> Held:
    head, _, raw = said.partition("\n")
    raw = raw.rstrip("\n")
    numbers = [int(word) for word in head.split()[1:] if word.isdecimal()]
    now, touched = numbers if len(numbers) == 2 else (0, 0)
    taken, _, body = raw.partition("\n")
    since = int(taken) if taken.isdecimal() else touched
    return Held(machine, _decode(body.encode()), max(0.0, now - since), max(0.0, now - touched), raw)


def _decode(data: bytes) -> Owner | None:
    try:
        return msgspec.json.decode(data, type=Owner)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def span(seconds: float) -> str:
    """For people: seconds, minutes or hours."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"


def _computer() -> str:
    """Tells computers apart without giving the machine-id away, which is meant to stay local."""
    return hashlib.sha256(f"seakeep {_read('/etc/machine-id')} {platform.node()}".encode()).hexdigest()[:16]


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def _born(pid: int) -> int | None:
    """Field 22 of /proc/PID/stat; the fields after the program's name, which may hold anything, are counted."""
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[19]) if len(fields) > 19 and fields[0] != "Z" else None
