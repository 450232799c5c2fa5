"""The stored form of a run."""

import random
from pathlib import Path

import pytest

from seakeep.core.errors import UsageError
from seakeep.design.complete import complete
from seakeep.experiments import history, schedule
from seakeep.experiments.base import Abort, Injection, Prediction, candidates
from seakeep.experiments.history import Event, Final, FinalEnd, LeaderSeen, Mark, Op, PodSeen, Sample
from seakeep.experiments.judge import abort
from seakeep.experiments.registry import find
from seakeep.experiments.schedule import Planned, Schedule
from seakeep.experiments.suites import SUITES
from seakeep.experiments.suites import find as find_suite
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[3] / "examples"
LINES = (
    Mark(t=0.5, what="inject", number=3, about="x"),
    Sample(t=1.0, end=1.1, verb="write", target="endpoint", via="m", outcome="ambiguous", why="no answer"),
    Op(t=1.0, end=1.2, who="w", verb="delete", key="k", outcome="ok"),
    Event(t=2.0, watcher="w", type="LIST", version=7),
    LeaderSeen(t=2, name="n", version=1, holder="h", acquired=1.5, renewed=2.5, duration=15, transitions=2),
    PodSeen(t=3, version=4, uid="u", name="p", node="n", phase="Running", gone=True),
    Final(t=4, target="endpoint", key="k", value="v", version=9),
    FinalEnd(t=5, target="endpoint", objects=1),
)


def test_a_history_comes_back_as_it_was() -> None:
    assert tuple(history.decode(history.encode(LINES), source="h")) == LINES


def test_a_line_that_was_cut_short_by_a_crash_is_left_out() -> None:
    data = history.encode(LINES)

    assert tuple(history.decode(data[:-10], source="h")) == LINES[:-1]


def test_a_line_that_is_no_history_is_named() -> None:
    with pytest.raises(UsageError, match="h:2: "):
        tuple(history.decode(history.encode(LINES[:1]) + b"{}\n", source="h"))


def planned(number: int) -> Planned:
    return Planned(number=number, experiment="etcd_leader_killed", word="leader", seconds=5, token=f"t_{number}")


def test_a_schedule_comes_back_with_what_it_was_aimed_at() -> None:
    made = Schedule(cluster="c", suite="s", seed=7, started="now", injections=(planned(0), planned(1)))
    aimed = made.aimed(1, ["a", "b"], Prediction(survives=True, why="w", write_gap=3.0))

    back = schedule.decode(schedule.encode(aimed), source="s")

    assert back == aimed
    assert back.injections[0].targets == ()
    assert back.injections[1].targets == ("a", "b")
    assert back.injections[1].prediction.write_gap == 3.0


def test_a_file_that_is_no_schedule_is_named() -> None:
    with pytest.raises(UsageError, match="x is not a storm's schedule"):
        schedule.decode(b'{"kind": "Plan"}', source="x")


def test_chance_is_the_same_for_the_same_seed_and_does_not_depend_on_what_came_before() -> None:
    assert schedule.chance(1, 2).random() == schedule.chance(1, 2).random()
    assert len({schedule.chance(seed, number).random() for seed in range(5) for number in range(5)}) == 25


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.name)
@pytest.mark.parametrize("example", ["three-sites", "single"])
def test_every_suite_names_experiments_that_there_are_and_machines_they_can_be_aimed_at(suite, example) -> None:
    design = complete(load(EXAMPLES / f"{example}.yaml"))
    items = tuple(suite.items(design, random.Random(3), 1800.0))

    assert items
    assert items == tuple(suite.items(design, random.Random(3), 1800.0)), "seeded"
    for item in items:
        assert candidates(find(item.experiment).EXPERIMENT, design)


def test_sites_loses_every_machine_and_every_site_and_pairs_that_survive() -> None:
    design = complete(load(EXAMPLES / "three-sites.yaml"))
    items = list(find_suite("sites").items(design, random.Random(0), 0))
    words = {item.word for item in items}

    assert {machine.name for machine in design.machines} <= words
    assert {"site:a", "site:b", "site:c"} <= words
    assert any("+" in word for word in words)
    assert all(item.must_survive for item in items)


def test_a_suite_that_does_not_exist() -> None:
    with pytest.raises(UsageError, match="no suite 'x'"):
        find_suite("x")


def injection() -> Injection:
    design = complete(load(EXAMPLES / "three-sites.yaml"))
    return Injection(design=design, targets=(design.machine("a-cp1"),), seconds=60, token="t_0")


def probes(verb: str, target: str, via: str, good_until: float, outcome: str = "refused") -> list[Sample]:
    return [
        Sample(
            t=t / 10, end=t / 10, verb=verb, target=target, via=via, outcome="ok" if t / 10 < good_until else outcome
        )  # type: ignore[arg-type]
        for t in range(400)
    ]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (probes("read", "b-cp1", "c-etcd1", 10), "no read was answered at b-cp1, outside the blast radius, for 30 s"),
        (probes("read", "b-cp1", "c-etcd1", 38), ""),
        (probes("read", "a-cp1", "c-etcd1", 10), ""),
        (probes("read", "b-cp1", "a-cp1", 10), ""),
        (probes("read", "b-cp1", "c-etcd1", 10, "unseen"), ""),
        # a-cp1 may run a CoreDNS: look-ups are sent to it until its node is known to be lost.
        (probes("lookup", "b-worker1", "b-worker1", 10), ""),
        (probes("lookup", "b-worker1", "b-worker1", 3), "no lookup was answered at b-worker1"),
        (probes("request", "b-worker1", "b-worker1", 10), ""),
        (probes("write", "endpoint", "c-etcd1", 5), ""),
        (probes("write", "endpoint", "c-etcd1", 0), "no write was answered at the endpoint for 39 s"),
    ],
    ids=range(10),
)
def test_a_run_stops_itself_when_a_probe_outside_the_radius_fails(lines, said) -> None:
    found = abort.reason(lines, injection(), Abort(no_writes=38.5, outside=15.0), (1.0, 40.0))

    assert found.startswith(said) if said else not found
