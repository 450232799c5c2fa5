"""Controllers: one leader at a time, no pod on two nodes, and pods of a lost node started again elsewhere."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from seakeep.experiments.history import LeaderSeen, PodSeen


@dataclass(frozen=True, slots=True, kw_only=True)
class ControllerJudgement:
    """`leaders` counts what was seen of Leases, `changes` the changes of leaders as (name, at, from, to)."""

    leaders: int
    pods: int
    changes: tuple[tuple[str, float, str, str], ...] = ()
    wrong: tuple[str, ...] = ()


def judge(leaders: Iterable[LeaderSeen], pods: Iterable[PodSeen]) -> ControllerJudgement:
    """Leases and pods in the order in which they were told."""
    by_name: dict[str, list[LeaderSeen]] = {}
    for seen in leaders:
        by_name.setdefault(seen.name, []).append(seen)
    pod_list = list(pods)
    wrong: list[str] = []
    changes: list[tuple[str, float, str, str]] = []
    for name, told in by_name.items():
        for before, after in itertools.pairwise(told):
            if before.holder == after.holder or after.version <= before.version:
                continue
            changes.append((name, after.t, before.holder, after.holder))
            wrong += _overlap(name, before, after)
    wrong += _bound_twice(pod_list)
    return ControllerJudgement(
        leaders=sum(len(told) for told in by_name.values()),
        pods=len({pod.uid for pod in pod_list}),
        changes=tuple(changes),
        wrong=tuple(wrong),
    )


def _overlap(name: str, before: LeaderSeen, after: LeaderSeen) -> Iterable[str]:
    """A new holder must have waited for the old one's time to run out, unless the old one let go. Their clocks may
    differ by what preflight allows; a second covers it."""
    if not before.holder or not after.holder:
        return
    until = before.renewed + before.duration
    if after.acquired < until - 1.0:
        yield (
            f"{name}: {after.holder} took over {until - after.acquired:.1f} s before the time of {before.holder} was up"
        )


def _bound_twice(pods: list[PodSeen]) -> Iterable[str]:
    nodes: dict[str, str] = {}
    for pod in pods:
        before = nodes.get(pod.uid, "")
        if before and pod.node != before:
            yield f"pod {pod.name} was on {before} and then on {pod.node or 'no node'}"
        if pod.node:
            nodes[pod.uid] = pod.node


def rescheduled(pods: Iterable[PodSeen], lost: Iterable[str], since: float) -> float | None:
    """Seconds from `since` until as many pods ran on the other nodes as had run everywhere; None while they do not, and
    where none ran on the lost ones."""
    gone = set(lost)
    running: dict[str, str] = {}
    wanted = 0
    begun = False
    for pod in pods:
        if not begun and pod.t >= since:
            begun = True
            wanted = sum(node in gone for node in running.values())
            elsewhere = sum(node not in gone for node in running.values())
            if wanted == 0:
                return None
            wanted += elsewhere
        if pod.gone or pod.phase != "Running":
            running.pop(pod.uid, None)
        else:
            running[pod.uid] = pod.node
        if begun and sum(node not in gone for node in running.values()) >= wanted:
            return pod.t - since
    return None
