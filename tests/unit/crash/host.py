"""The transport to a machine in memory."""

import hashlib
import shlex
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from seakeep.artifacts.etcd import BOOTSTRAP
from seakeep.transport.base import Result, Stream

from . import members
from .machine import KEPT, Effect, FailedError, Machine, Shell, invited


class Around(Protocol):
    """What a machine cannot know of itself."""

    def endpoint(self) -> bool:
        """Whether the API answers at the VIP."""
        ...

    def settle(self) -> None:
        """Something has happened to an etcd member here."""
        ...

    def tick(self) -> None:
        """Time passes."""
        ...

    def etcdctl(self, name: str, command: str) -> Result:
        """Change etcd's members from that machine."""
        ...


@dataclass
class SimHost:
    """The transport to one machine. `moved` is called after every effect, before the line that tells of it is heard."""

    name: str
    machine: Machine
    around: Around
    moved: Callable[[], None] | None = None
    memo: dict[tuple[int, str, bytes], tuple[Machine, Machine, list[str]]] = field(default_factory=dict)

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        if what == "look for a way to the endpoint":
            return Result(0, b"reached\n" if self.around.endpoint() else b"", "")
        if what.startswith("etcdctl "):
            return self.around.etcdctl(self.name, what.removeprefix("etcdctl "))
        if what == "say whom to join":
            for effect in invited(script):
                self._be(effect(self.machine))
            return Result(0, b"", "")
        return Result(0, self._lock(script, what).encode(), "")

    def _lock(self, script: str, what: str) -> str:
        """The lock's scripts, by what they are for."""
        owner = next(line for line in script.splitlines() if line.startswith("ME="))[3:].strip("'")
        mine = self.machine.lock.partition("\n")[2] == owner
        if what == "take the lock":
            expected = shlex.quote(self.machine.lock) in script
            if self.machine.lock and not mine and not expected:
                return f"held 0 0\n{self.machine.lock}\n"
            self._be(replace(self.machine, lock=f"0\n{owner}"))
            return "taken\n"
        if what == "release the lock" and mine:
            self._be(replace(self.machine, lock=""))
        return "held\n" if mine else "lost\n"

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        data = b"".join([chunk async for chunk in payload])
        said = on_line or (lambda _: None)
        start = self.machine
        key = (id(start), command, hashlib.sha256(data).digest())
        if self.moved is None and key in self.memo:
            # The same machine told the same: nobody looks, so that only the end counts.
            _, self.machine, lines = self.memo[key]
            for line in lines:
                said(line)
            return Result(0, b"", "")
        lines = []
        try:
            for each in Shell().play(start, command, data):
                if isinstance(each, str):
                    lines.append(each)
                    said(each)
                else:
                    self._effect(each)
        except FailedError:
            said(lines[-1].replace("begin", "fail"))
            return Result(124, b"", "")
        if members.UNIT.encode() not in data:
            # What becomes of a member is not its machine's alone.
            self.memo[key] = (start, self.machine, lines)
        if len(self.memo) > KEPT:
            del self.memo[next(iter(self.memo))]
        return Result(0, b"", "")

    def _effect(self, effect: Effect) -> None:
        try:
            self._be(effect(self.machine))
        except FailedError:
            for _ in range(3):
                self.around.tick()
            self._be(effect(self.machine))

    def _be(self, state: Machine) -> None:
        before = self.machine
        if state is before:
            return
        self.machine = state
        if (
            state.etcd is not before.etcd
            or state.units.get(members.UNIT) is not before.units.get(members.UNIT)
            or (state.files.get(BOOTSTRAP) is not before.files.get(BOOTSTRAP))
        ):
            self.around.settle()
        if self.moved is not None:
            self.moved()

    @asynccontextmanager
    async def tunnel(self, host: str, port: int) -> AsyncIterator[Path]:
        yield Path(self.name, host, str(port))

    def tunnel_tcp(self, host: str, port: int) -> AbstractAsyncContextManager[int]:
        raise NotImplementedError

    async def close(self) -> None: ...


async def nothing() -> AsyncIterator[bytes]:
    """What the sources send: the machine knows a program by the digest that it is told."""
    yield b""
