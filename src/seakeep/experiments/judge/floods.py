"""A flood: whether it was one, what API servers did to it, and what another tenant waited meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seakeep.core.verdict import Verdict
from seakeep.experiments.history import FlowControl, Sent
from seakeep.experiments.judge.availability import Series

SURGE = 10
"""So many times what the other tenant sends is a flood."""

ENOUGH = 100
"""Requests of each kind from which a 99th percentile means something."""

_TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What all API servers did at one priority level between two readings of their counters; `waited` in seconds for
    all requests together."""

    name: str
    dispatched: int
    rejected: int
    waited: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flood:
    """What was sent in `seconds`, by the status that came back (0: no answer), and the levels that had work. `missing`
    are API servers whose counters are not known, or began anew meanwhile."""

    seconds: float
    statuses: tuple[tuple[int, int], ...]
    levels: tuple[Level, ...]
    missing: tuple[str, ...]

    @property
    def sent(self) -> int:
        """Requests that came to an end."""
        return sum(count for _, count in self.statuses)

    @property
    def refused(self) -> int:
        """Those that were told to come back later."""
        return dict(self.statuses).get(_TOO_MANY, 0)


def read(sent: Iterable[Sent], counters: Iterable[FlowControl], number: int, seconds: float) -> Flood:
    """The flood of one injection."""
    statuses: dict[int, int] = {}
    for line in sent:
        if line.number == number:
            statuses[line.status] = statuses.get(line.status, 0) + line.count
    levels, missing = _levels([line for line in counters if line.number == number])
    return Flood(seconds=seconds, statuses=tuple(sorted(statuses.items())), levels=levels, missing=missing)


def judge(
    promised: float, flood: Flood | None, series: Sequence[Series | None], *, stood: float
) -> tuple[Verdict, str]:
    """The other tenant's reads and writes against what it was promised. UNKNOWN where there was no flood, where too
    little was asked, and where it may be our own computer that was slow."""
    known = [each for each in series if each is not None]
    if len(known) < len(series) or any(each.sent < ENOUGH for each in known):
        return Verdict.UNKNOWN, "too few requests of another tenant were sent meanwhile"
    own = sum(each.sent for each in known)
    if flood is None or flood.sent < SURGE * own:
        return Verdict.UNKNOWN, f"it was no flood: {said(flood)}, another tenant {own}"
    times = "; ".join(
        f"another tenant's {each.verb}s p50 {_time(each.median)}, p99 {_time(each.p99)} ({each.failed} of {each.sent} "
        "failed)"
        for each in known
    )
    text = f"{times} of {promised:g} s promised, beside {said(flood)}"
    slow = [each for each in known if each.p99 is None or each.p99 > promised]
    if not slow:
        return Verdict.PASS, text
    if all(each.quick_p99 is not None and each.quick_p99 <= promised for each in slow):
        return Verdict.UNKNOWN, f"{text}; but this computer was too busy to look for {stood:.1f} s meanwhile"
    return Verdict.FAIL, text


def said(flood: Flood | None) -> str:
    """In words."""
    if flood is None or not flood.sent:
        return "nothing is known of the flood's requests"
    parts = [f"{flood.sent} requests of the flood ({flood.sent / max(flood.seconds, 1.0):.0f} a second"]
    parts[0] += f", {flood.refused} of them refused with {_TOO_MANY})" if flood.refused else ", none refused)"
    for level in flood.levels:
        if level.rejected or level.waited >= 1.0:
            mean = level.waited / level.dispatched if level.dispatched else 0.0
            parts.append(
                f"priority level {level.name}: {level.dispatched} carried out after {mean * 1000:.0f} ms in a queue, "
                f"{level.rejected} refused"
            )
    if flood.missing:
        parts.append(f"counters of {', '.join(flood.missing)} are not known")
    return "; ".join(parts)


def _levels(lines: Sequence[FlowControl]) -> tuple[tuple[Level, ...], tuple[str, ...]]:
    """The differences between the first and the last reading of each server, summed."""
    by: dict[tuple[str, str], list[FlowControl]] = {}
    for line in sorted(lines, key=lambda each: each.t):
        by.setdefault((line.server, line.level), []).append(line)
    sums: dict[str, tuple[int, int, float]] = {}
    missing: set[str] = set()
    for (server, level), found in by.items():
        first, last = found[0], found[-1]
        if len(found) < 2 or last.dispatched < first.dispatched:
            missing.add(server)
            continue
        dispatched, rejected, waited = sums.get(level, (0, 0, 0.0))
        sums[level] = (
            dispatched + last.dispatched - first.dispatched,
            rejected + last.rejected - first.rejected,
            waited + last.waited - first.waited,
        )
    levels = (Level(name=name, dispatched=d, rejected=r, waited=w) for name, (d, r, w) in sorted(sums.items()))
    return tuple(level for level in levels if level.dispatched or level.rejected), tuple(sorted(missing))


def _time(value: float | None) -> str:
    return "never" if value is None else f"{value * 1000:.0f} ms"
