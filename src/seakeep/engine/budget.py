"""How much of a group may be down at once, and the gate that keeps to it."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass

from seakeep.core.clock import Clock
from seakeep.core.errors import MachineError, RefusedError
from seakeep.core.progress import Progress
from seakeep.engine.wait import await_until


def quorum(members: int) -> int:
    """The smallest majority."""
    return members // 2 + 1


def may_stop(members: Collection[str], healthy: Collection[str], host: str, *, needed: int | None = None) -> bool:
    """Whether the group keeps what it needs while `host` is down.

    `needed` is the number of healthy members that must remain: the quorum unless given (1 for API servers).
    A host that is not healthy can be acted on at any time: it is not among those that carry the group. A
    group of one has nothing to keep. A host that has left the group goes when the others carry it without it.
    """
    group = set(members)
    if host not in group:
        return len(group & set(healthy)) >= (quorum(len(group)) if needed is None else needed)
    if group <= {host}:
        return True
    carrying = group & set(healthy)
    if host not in carrying:
        return True
    return len(carrying - {host}) >= (quorum(len(group)) if needed is None else needed)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds. `admit` is how long a group may take to recover before the next host is refused, and how long the first
    host waits for all the others."""

    admit: float = 60.0
    settle: float = 180.0
    interval: float = 1.0


ReadHealth = Callable[[], Awaitable[Mapping[str, str]]]
"""Every member with an empty string when it is healthy, else with what is wrong. A member that is left out
did not answer. A SeakeepError means that nobody answered."""


class QuorumGate:
    """A Gate for groups whose members vouch for each other: etcd, API servers, load balancers. `absent` are those that
    the user goes on without."""

    def __init__(
        self,
        group: str,
        members: Collection[str],
        read_health: ReadHealth,
        *,
        clock: Clock,
        progress: Progress,
        needed: int | None = None,
        absent: Collection[str] = (),
        limits: Limits | None = None,
    ) -> None:
        self._group = group
        self._members = frozenset(members)
        self._read = read_health
        self._clock = clock
        self._progress = progress
        self._needed = needed
        self._absent = frozenset(absent)
        self._limits = limits or Limits()
        self._given_up = False

    async def admit(self, host: str) -> None:
        """Return when the host may go down; RefusedError when the group does not get there in time."""
        if self._members <= {host}:
            return
        left = self._limits.admit
        if not self._given_up:
            try:
                await self._wait(host, f"{self._group} to bear {host} being down", self._alone, self._limits.admit)
            except MachineError:
                self._given_up, left = True, 0.0
            else:
                return
        try:
            await self._wait(host, f"{self._group} to bear {host} being down", self._bears, left)
        except MachineError as error:
            raise RefusedError(
                f"{self._group} would not survive {host} being taken down: {error.message}",
                hint="bring the other members back first, then run `seakeep resume`",
            ) from error

    async def settled(self, host: str) -> None:
        """Wait until the host is healthy; MachineError when the deadline passes. One that has left the group does not
        come back."""
        if host not in self._members:
            return
        await self._wait(host, f"{self._group} on {host} to be healthy", self._is_back, self._limits.settle)

    def _alone(self, host: str, health: Mapping[str, str]) -> str | None:
        """Nobody else is to be down with it, though a quorum would remain: those whom a run that was killed took down
        may still be on their way back. One that is down itself makes nothing worse. Once this was waited for in vain it
        is not asked for any more: who is not back by then does not come back by itself."""
        if host in self._members and self._is_back(host, health):
            return self._bears(host, health)
        wrong = {name: health.get(name, "no answer") for name in sorted(self._members - self._absent - {host})}
        missing = "; ".join(f"{name}: {reason}" for name, reason in wrong.items() if reason)
        return missing or self._bears(host, health)

    async def _wait(
        self, host: str, what: str, judge: Callable[[str, Mapping[str, str]], str | None], timeout: float
    ) -> None:
        async def probe() -> str | None:
            return judge(host, await self._read())

        await await_until(
            what,
            probe,
            timeout=timeout,
            interval=self._limits.interval,
            clock=self._clock,
            progress=self._progress,
            subject=host,
        )

    def _bears(self, host: str, health: Mapping[str, str]) -> str | None:
        healthy = {name for name, wrong in health.items() if not wrong}
        if may_stop(self._members, healthy, host, needed=self._needed):
            return None
        needed = quorum(len(self._members)) if self._needed is None else self._needed
        left = len((healthy & self._members) - {host})
        wrong = "; ".join(
            f"{name}: {health.get(name) or 'no answer'}" for name in sorted(self._members - healthy - {host})
        )
        return f"{left} healthy of {len(self._members)} would remain, {needed} are needed ({wrong})"

    @staticmethod
    def _is_back(host: str, health: Mapping[str, str]) -> str | None:
        if host not in health:
            return "no answer"
        return health[host] or None
