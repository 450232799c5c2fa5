"""Whether reads and writes of one key could have happened one after the other, each between its begin and its end.

Every write has a value of its own, so each read says which write it saw, and the question is answered in O(n log n)
(Gibbons and Korach, Testing Shared Memories, 1997). A value's operations form a zone from the first end to the last
begin among them: somewhere in it the value was there. Where the first end comes before the last begin the value filled
the whole zone ("forward"); else it was there for a moment inside it ("backward"). The history is linearizable exactly
when no read ends before its write begins, no two forward zones overlap, and no backward zone lies inside a forward one.

A write that may or may not have been carried out ends never: if no read saw it, nothing is asked of it.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seakeep.experiments.history import ABSENT, Op


@dataclass(frozen=True, slots=True)
class _Zone:
    value: str
    first_end: float
    last_begin: float

    @property
    def forward(self) -> bool:
        return self.first_end < self.last_begin

    @property
    def low(self) -> float:
        return min(self.first_end, self.last_begin)

    @property
    def high(self) -> float:
        return max(self.first_end, self.last_begin)


def violations(ops: Iterable[Op], *, initial: str = ABSENT) -> tuple[str, ...]:
    """What cannot have happened to this key, in words; nothing when the history is linearizable."""
    chosen = [op for op in ops if op.verb in {"read", "update", "create"}]
    writes = {op.value: op for op in chosen if op.verb != "read"}
    reads: dict[str, list[Op]] = {}
    for op in chosen:
        if op.verb == "read" and op.outcome == "ok":
            reads.setdefault(op.value, []).append(op)
    found = list(_impossible(reads, writes, initial))
    zones = [_zone(value, writes.get(value), reads.get(value, [])) for value in _values(writes, reads, initial)]
    found += _overlaps([zone for zone in zones if zone.forward])
    found += _swallowed(zones)
    return tuple(found)


def _values(writes: dict[str, Op], reads: dict[str, list[Op]], initial: str) -> list[str]:
    """Those that were there for certain: acknowledged, seen by a read, or from the beginning."""
    there = [value for value, op in writes.items() if op.outcome == "ok" or value in reads]
    return [initial, *(value for value in there if value != initial)]


def _zone(value: str, write: Op | None, reads: Sequence[Op]) -> _Zone:
    if write is None:
        begin, end = -math.inf, -math.inf
    else:
        begin, end = write.t, write.end if write.outcome == "ok" else math.inf
    return _Zone(value, min(end, *(op.end for op in reads), math.inf), max(begin, *(op.t for op in reads), -math.inf))


def _impossible(reads: dict[str, list[Op]], writes: dict[str, Op], initial: str) -> Iterable[str]:
    for value, seen in reads.items():
        first = min(seen, key=lambda op: op.end)
        write = writes.get(value)
        if write is None:
            if value != initial:
                yield f"{first.key}: {value!r} was read at {first.end:.3f} s and never written"
        elif write.outcome == "refused":
            yield f"{first.key}: {value!r} was read at {first.end:.3f} s although its write was refused"
        elif first.end < write.t:
            yield f"{first.key}: {value!r} was read at {first.end:.3f} s, before its write began at {write.t:.3f} s"


def _overlaps(forward: list[_Zone]) -> Iterable[str]:
    ordered = sorted(forward, key=lambda zone: zone.low)
    reach: _Zone | None = None
    for zone in ordered:
        if reach is not None and zone.low < reach.high:
            yield (
                f"{reach.value!r} was still read at {min(reach.high, zone.high):.3f} s, and {zone.value!r} was already "
                f"there at {zone.low:.3f} s and later: a read went back in time"
            )
        if reach is None or zone.high > reach.high:
            reach = zone


def _swallowed(zones: list[_Zone]) -> Iterable[str]:
    forward = sorted((zone for zone in zones if zone.forward), key=lambda zone: zone.low)
    lows = [zone.low for zone in forward]
    for inner in zones:
        # Forward zones that overlap are violations already; among others only the last to begin can hold this one.
        before = bisect_left(lows, inner.low)
        if inner.forward or not before:
            continue
        outer = forward[before - 1]
        if inner.high < outer.high:
            yield (
                f"{inner.value!r} was written between {inner.low:.3f} s and {inner.high:.3f} s, and {outer.value!r} "
                f"was there both before and after: a read did not see an acknowledged write"
            )
