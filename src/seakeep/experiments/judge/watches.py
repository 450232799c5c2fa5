"""Watches: in order, nothing twice, and no acknowledged write missing between what came before and after it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from seakeep.experiments.history import Event, Op


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchJudgement:
    """`events` counts what the watchers were told, `relists` how often one had to begin anew."""

    events: int
    relists: int
    wrong: tuple[str, ...] = ()


def judge(events: Iterable[Event], ops: Iterable[Op]) -> WatchJudgement:
    """Every watcher's events, in the order in which it got them, against the writes that were acknowledged."""
    by_watcher: dict[str, list[Event]] = {}
    for event in events:
        by_watcher.setdefault(event.watcher, []).append(event)
    acknowledged = {
        op.version: op for op in ops if op.outcome == "ok" and op.verb in {"create", "update"} and op.version
    }
    wrong: list[str] = []
    for watcher, told in by_watcher.items():
        wrong += _order(watcher, told)
        wrong += _gaps(watcher, told, acknowledged)
    every = [event for told in by_watcher.values() for event in told]
    relists = sum(event.type == "LIST" for event in every)
    # The first list of each watcher is where it begins.
    return WatchJudgement(events=len(every) - relists, relists=max(relists - len(by_watcher), 0), wrong=tuple(wrong))


def _order(watcher: str, told: Sequence[Event]) -> Iterable[str]:
    newest = 0
    for event in told:
        if event.type == "LIST":
            if event.version < newest:
                yield f"{watcher}: a list at version {event.version} after version {newest} had been seen"
        elif event.version <= newest:
            word = "twice" if event.version == newest else f"after {newest}"
            yield f"{watcher}: version {event.version} of {event.key} came {word} at {event.t:.3f} s"
        newest = max(newest, event.version)


def _gaps(watcher: str, told: Sequence[Event], acknowledged: dict[int, Op]) -> Iterable[str]:
    """Between a list and the last event before the next one, every acknowledged version is owed."""
    begin = last = 0
    seen: set[int] = set()
    stretches: list[tuple[int, int, set[int]]] = []
    for event in told:
        if event.type == "LIST":
            stretches.append((begin, last, seen))
            begin, last, seen = event.version, event.version, set()
        else:
            seen.add(event.version)
            last = event.version
    stretches.append((begin, last, seen))
    for low, high, there in stretches:
        for version, op in acknowledged.items():
            if low < version <= high and version not in there:
                yield f"{watcher}: the write of {op.key} at version {version} was never told, though {high} was"
