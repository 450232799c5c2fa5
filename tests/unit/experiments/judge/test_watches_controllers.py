"""Watches and controllers."""

import pytest

from seakeep.experiments.history import Event, LeaderSeen, Op, PodSeen
from seakeep.experiments.judge import controllers, watches


def event(version: int, type_: str = "MODIFIED", watcher: str = "w") -> Event:
    return Event(t=float(version), watcher=watcher, type=type_, version=version, key=f"k{version}")


def acknowledged(version: int) -> Op:
    return Op(t=0, end=1, who="x", verb="update", key=f"k{version}", outcome="ok", value="v", version=version)


@pytest.mark.parametrize(
    ("versions", "wrong"),
    [
        ([11, 12, 13], ""),
        ([11, 13, 12], "came after 13"),
        ([11, 12, 12], "came twice"),
        ([11, 13], "version 12 was never told"),
        ([9, 11, 12, 13], "came after 10"),
    ],
)
def test_order_and_gaps(versions, wrong) -> None:
    told = [event(10, "LIST"), *(event(version) for version in versions)]

    judged = watches.judge(told, [acknowledged(version) for version in (11, 12, 13)])

    assert any(wrong in text for text in judged.wrong) if wrong else judged.wrong == ()


def test_what_comes_after_the_last_event_is_not_owed_yet() -> None:
    assert watches.judge([event(10, "LIST"), event(11)], [acknowledged(11), acknowledged(12)]).wrong == ()


def test_a_relist_covers_what_came_in_between() -> None:
    told = [event(10, "LIST"), event(11), event(20, "LIST"), event(21)]

    judged = watches.judge(told, [acknowledged(v) for v in (11, 15, 21)])

    assert judged.wrong == ()
    assert (judged.events, judged.relists) == (2, 1)


def test_a_relist_that_is_older_than_what_was_seen_is_wrong() -> None:
    assert "a list at version 5" in watches.judge([event(10, "LIST"), event(11), event(5, "LIST")], []).wrong[0]


def test_each_watcher_is_judged_by_itself() -> None:
    told = [event(10, "LIST", "a"), event(10, "LIST", "b"), event(11, watcher="a"), event(11, watcher="b")]

    assert watches.judge(told, [acknowledged(11)]).wrong == ()


def lease(version: int, holder: str, acquired: float, renewed: float) -> LeaderSeen:
    return LeaderSeen(
        t=float(version), name="kube-scheduler", version=version, holder=holder,
        acquired=acquired, renewed=renewed, duration=15.0, transitions=0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("after", "wrong"),
    [
        (lease(2, "b", acquired=116.0, renewed=116.0), False),
        (lease(2, "b", acquired=105.0, renewed=105.0), True),
        (lease(2, "", acquired=0.0, renewed=105.0), False),
        (lease(2, "a", acquired=50.0, renewed=102.0), False),
    ],
)
def test_a_leader_waits_for_the_time_of_the_one_before(after, wrong) -> None:
    judged = controllers.judge([lease(1, "a", acquired=50.0, renewed=100.0), after], [])

    assert bool(judged.wrong) is wrong
    assert len(judged.changes) == (after.holder != "a")


def pod(t: float, uid: str, node: str, phase: str = "Running", *, gone: bool = False) -> PodSeen:
    return PodSeen(t=t, version=int(t), uid=uid, name=f"p-{uid}", node=node, phase=phase, gone=gone)


def test_a_pod_is_bound_once() -> None:
    good = [pod(1, "x", "", "Pending"), pod(2, "x", "n1"), pod(3, "y", "n2")]

    assert controllers.judge([], good).wrong == ()
    assert "was on n1 and then on n2" in controllers.judge([], [*good, pod(4, "x", "n2")]).wrong[0]


def test_pods_of_a_lost_node_are_rescheduled_when_as_many_run_elsewhere() -> None:
    pods = [pod(1, "x", "n1"), pod(2, "y", "n2"), pod(12, "z", "n2", "Pending"), pod(14, "z", "n2")]

    assert controllers.rescheduled(pods, ["n1"], 10.0) == 4.0
    assert controllers.rescheduled(pods[:3], ["n1"], 10.0) is None
    assert controllers.rescheduled(pods, ["n9"], 10.0) is None, "nothing ran there"
