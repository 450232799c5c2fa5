"""Whether members flush their log: one that does not loses what it acknowledged when its power goes.

A lab of containers keeps what was written when a machine is killed, so that the loss itself cannot be seen there. The
counters can.
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from seakeep.experiments.history import Flushes

ENOUGH = 20
"""Entries that a member has to apply before its flushes are judged."""

PER_FLUSH = 50
"""Entries that one flush may cover: etcd flushes what came together, which at a storm's rate is a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlushJudgement:
    """`judged` counts the members that applied enough to be judged."""

    judged: int
    wrong: tuple[str, ...] = ()


def judge(seen: Iterable[Flushes]) -> FlushJudgement:
    """Each member's counters, from one reading to the next.

    What was applied is an index, which outlives a process; flushes are counted from a process's start. So where a
    member was started again between two readings, they tell nothing.
    """
    by_member: dict[str, list[Flushes]] = {}
    for each in seen:
        by_member.setdefault(each.member, []).append(each)
    judged = 0
    wrong: list[str] = []
    for member, readings in by_member.items():
        applied = flushed = 0
        for before, after in itertools.pairwise(readings):
            if after.applied < before.applied or after.flushed < before.flushed:
                continue
            applied += after.applied - before.applied
            flushed += after.flushed - before.flushed
        if applied < ENOUGH:
            continue
        judged += 1
        if flushed * PER_FLUSH < applied:
            wrong.append(f"{member} applied {applied} entries of its log and flushed it {flushed} times")
    return FlushJudgement(judged=judged, wrong=tuple(wrong))
