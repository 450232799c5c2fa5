"""Doing what an experiment describes, and undoing it whatever happens."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from seakeep.core.clock import Clock
from seakeep.core.errors import MachineError, RefusedError, RunError, SeakeepError
from seakeep.core.progress import Progress
from seakeep.experiments import deadman
from seakeep.experiments.base import AnyAction, ApiCall, Injection, Power, Shell
from seakeep.transport.api import ApiError
from seakeep.transport.base import Host

GRACE = 60.0
"""Seconds after the end of a fault until the machine heals itself."""

SCRIPT_LIMIT = 30.0
HEAL_LIMIT = 120.0
"""Seconds that healing is tried again for: a machine that boots or was cut off does not answer at once."""

PAUSE = 2.0


class Hands(Protocol):
    """What actions are done with."""

    def host(self, name: str) -> Host:
        """The machine over SSH."""
        ...

    async def power(self, name: str, on: bool) -> None:
        """Switch a machine. RefusedError where there is no way to."""
        ...

    async def call(self, action: ApiCall) -> tuple[int, bytes]:
        """One request at the endpoint, as administrator. ApiError where there was no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Performer:
    """Injects and heals one injection at a time."""

    hands: Hands
    clock: Clock
    progress: Progress

    async def inject(self, actions: Iterable[AnyAction], healing: Iterable[AnyAction], injection: Injection) -> None:
        """Arm the timers, then break it: calls of the API in their order, for what they make is used by scripts; then
        the rest. RunError for the first action that did not work; the caller heals."""
        timers = _scripts(healing)
        wanted = tuple(actions)
        armed = {action.host for action in wanted if isinstance(action, Shell)}
        await _all(self._arm(host, timers[host], injection) for host in sorted(armed & timers.keys()))
        for action in wanted:
            if isinstance(action, ApiCall):
                await self._do(action)
        # Side by side: a site is lost at one moment.
        await _all(self._do(action) for action in wanted if not isinstance(action, ApiCall))

    async def heal(self, actions: Iterable[AnyAction], token: str, *, limit: float = HEAL_LIMIT) -> None:
        """Undo it, again and again until it worked. RunError with what is left when the time is up."""
        wanted = tuple(actions)
        until = self.clock.monotonic() + limit
        # Power first: a machine that is off cannot be told anything.
        await self._insist([partial(self._do, action) for action in wanted if not isinstance(action, Shell)], until)
        await self._insist([partial(self._disarm, host, token, text) for host, text in _scripts(wanted).items()], until)

    async def _insist(self, works: Iterable[Callable[[], Awaitable[None]]], until: float) -> None:
        left = list(works)
        while left:
            outcomes = await asyncio.gather(*(work() for work in left), return_exceptions=True)
            failed = [(w, o) for w, o in zip(left, outcomes, strict=True) if o is not None]
            for _, outcome in failed:
                if not isinstance(outcome, SeakeepError):
                    raise outcome
            if failed and self.clock.monotonic() > until:
                raise RunError(
                    "; ".join(str(outcome) for _, outcome in failed),
                    hint="`seakeep storm heal` tries again; timers on the machines heal what they can by themselves",
                )
            left = [work for work, _ in failed]
            if left:
                await self.clock.sleep(PAUSE)

    async def _arm(self, host: str, heal: str, injection: Injection) -> None:
        script = deadman.arm(injection.token, injection.seconds + GRACE, heal)
        await self._run(host, script, "arm the timer that heals by itself")

    async def _disarm(self, host: str, token: str, heal: str) -> None:
        await self._run(host, deadman.disarm(token, heal), "heal")

    async def _do(self, action: AnyAction) -> None:
        self.progress.state(action.host or "cluster", action.what)
        match action:
            case Shell(host=host, what=what, script=script):
                await self._run(host, script, what)
            case Power(host=host, on=on):
                await self.hands.power(host, on)
            case ApiCall(method=method, path=path, allow=allow):
                status, body = await self.hands.call(action)
                if not 200 <= status < 300 and status not in allow:
                    raise ApiError.of(status, body, f"{method} {path}")
        self.progress.state(action.host or "cluster", "")

    async def _run(self, host: str, script: str, what: str) -> None:
        done = await self.hands.host(host).run(script, what=what, timeout=SCRIPT_LIMIT)
        if done.status != 0:
            last = (done.stderr.strip().splitlines() or ["nothing was said"])[-1]
            raise MachineError(
                f"{host}: {what} ended with {done.status}: {last}",
                host=host,
                command=what,
                status=done.status,
                stderr=done.stderr,
            )


def _scripts(actions: Iterable[AnyAction]) -> dict[str, str]:
    """host -> its shell actions in one script."""
    found: dict[str, str] = {}
    for action in actions:
        if isinstance(action, Shell):
            found[action.host] = found.get(action.host, "") + action.script
    return found


async def _all(works: Iterable[Awaitable[None]]) -> None:
    """All side by side; the first error after all have ended."""
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if outcome is not None:
            raise outcome


@dataclass(frozen=True, slots=True)
class PowerCommands:
    """The user's own commands for real machines. `{machine}` and `{address}` stand for one of them; no shell reads
    them."""

    off: str = ""
    on: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)

    def argv(self, machine: str, on: bool) -> list[str]:
        """The words of the command. RefusedError where none was given."""
        text = self.on if on else self.off
        if not text:
            raise RefusedError(
                f"{machine} is a real machine: its power can only be switched by a command of yours",
                hint="--power-off 'COMMAND {machine}' --power-on 'COMMAND {machine}'",
            )
        values = {"{machine}": machine, "{address}": self.addresses.get(machine, "")}
        words = shlex.split(text)
        for name, value in values.items():
            words = [word.replace(name, value) for word in words]
        return words

    async def switch(self, machine: str, on: bool) -> None:
        """Run it. RunError when it does not end well within two minutes."""
        argv = self.argv(machine, on)
        process = await asyncio.create_subprocess_exec(
            *argv, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
        try:
            async with asyncio.timeout(HEAL_LIMIT):
                said, _ = await process.communicate()
        except TimeoutError as error:
            raise RunError(f"{argv[0]} for {machine} did not end within {HEAL_LIMIT:.0f} s") from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            last = said.decode(errors="replace").strip().splitlines()[-1:]
            raise RunError(f"{argv[0]} for {machine} ended with {process.returncode}: {''.join(last)}")
