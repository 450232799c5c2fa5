"""Prediction against observation, and what makes a run UNKNOWN."""

from dataclasses import replace

import msgspec
import pytest

from seakeep.core.verdict import Verdict
from seakeep.experiments.base import Prediction
from seakeep.experiments.history import (
    AnyLine,
    Event,
    Final,
    FinalEnd,
    Flushes,
    LeaderSeen,
    Mark,
    Op,
    PodSeen,
    Sample,
    Stood,
)
from seakeep.experiments.judge import availability, flushes
from seakeep.experiments.judge.verdict import judge
from seakeep.experiments.schedule import Planned, Schedule

PROMISE = Prediction(survives=True, why="etcd elects", write_gap=3.0, read_gap=3.0, dns_failures=0)
BEGUN, HEALED, RECOVERED, END = 10.0, 20.0, 25.0, 30.0


def schedule(prediction: Prediction | None = PROMISE, *, must_survive: bool = False) -> Schedule:
    planned = Planned(
        number=0, experiment="etcd_leader_killed", word="leader", seconds=10, token="t_0",
        targets=("a-etcd1",), prediction=prediction, must_survive=must_survive,
    )  # fmt: skip
    return Schedule(cluster="c", suite="smoke", seed=1, started="2026-01-01T00:00:00Z", injections=(planned,))


def samples(verb: str, target: str, via: str, *silences: tuple[float, float], outcome: str = "refused") -> list[Sample]:
    found = []
    for number in range(int(END * 10)):
        t = number / 10
        bad = any(begin <= t < end for begin, end in silences)
        found.append(
            Sample(t=t, end=t + 0.02, verb=verb, target=target, via=via, outcome=outcome if bad else "ok")  # type: ignore[arg-type]
        )
    return found


def marks(*leave_out: str) -> list[Mark]:
    moments = {
        "begin": 0.0,
        "inject": BEGUN,
        "injected": BEGUN,
        "heal": HEALED,
        "healed": HEALED,
        "recovered": RECOVERED,
    }
    return [
        Mark(t=t, what=what, number=-1 if what == "begin" else 0)  # type: ignore[arg-type]
        for what, t in moments.items()
        if what not in leave_out
    ]


def traffic() -> list[AnyLine]:
    """Everything else that a quiet run of 30 s has."""
    lines: list[AnyLine] = []
    for n in range(60):
        lines.append(
            Op(t=n / 2, end=n / 2 + 0.1, who="w", verb="create", key=f"w{n}", outcome="ok", value="v", version=n + 1)
        )
        lines.append(Final(t=END, target="endpoint", key=f"w{n}", value="v", version=n + 1))
    lines.append(FinalEnd(t=END, target="endpoint", objects=60))
    lines.append(Event(t=0, watcher="a", type="LIST", version=0))
    lines += [Event(t=n / 2, watcher="a", type="ADDED", version=n + 1, key=f"w{n}", value="v") for n in range(60)]
    for n in range(40):
        at = n / 2
        lines.append(
            Op(t=at, end=at + 0.1, who="h", verb="update", key="hot-0", outcome="ok", value=f"h{n}", version=n + 1)
        )
        lines.append(Op(t=at + 0.2, end=at + 0.3, who="h", verb="read", key="hot-0", outcome="ok", value=f"h{n}"))
    lines += [
        LeaderSeen(t=n, name="kube-scheduler", version=n, holder="a", acquired=0, renewed=n, duration=15, transitions=0)
        for n in range(5)
    ]
    lines += [Flushes(t=at, member="a-etcd1", applied=int(100 + 10 * at), flushed=int(90 + 8 * at)) for at in (0, END)]
    lines.append(PodSeen(t=1, version=1, uid="u", name="p", node="n", phase="Running"))
    return lines


def quiet(**silent: tuple[float, float]) -> list[AnyLine]:
    """A whole history; `write=(begin, end)` silences a probe of the endpoint, `lookup` that of a node."""
    lines: list[AnyLine] = [*marks(), *traffic()]
    for verb in ("read", "write"):
        gaps = [silent[verb]] if verb in silent else []
        lines += samples(verb, "endpoint", "b-worker1", *gaps)
    lines += samples("lookup", "b-worker1", "b-worker1", *([silent["lookup"]] if "lookup" in silent else []))
    return lines


def by_id(schedule_: Schedule, lines: list[AnyLine]) -> dict[str, tuple[Verdict, str]]:
    return {f.id: (f.verdict, f.message) for f in judge(schedule_, lines).findings}


def test_a_quiet_run_passes_in_everything() -> None:
    assert {verdict for verdict, _ in by_id(schedule(), quiet()).values()} == {Verdict.PASS}


def test_a_gap_within_the_promise_passes_and_is_measured() -> None:
    judged = judge(schedule(), quiet(write=(10.5, 12.5)))
    (result,) = judged.injections
    series = result.of("write")

    assert result.verdict is Verdict.PASS
    assert series.gap == pytest.approx(2.1, abs=0.05)
    assert series.detected == pytest.approx(0.52, abs=0.05)
    assert series.recovered == pytest.approx(2.52, abs=0.05)
    assert series.spans


@pytest.mark.parametrize(
    ("silent", "said"),
    [
        ({"write": (11.0, 15.0)}, "no write was answered for 4.1 s, the design promises 3 s"),
        ({"read": (11.0, 15.0)}, "no read was answered for 4.1 s"),
        ({"lookup": (11.0, 11.2)}, "2 DNS look-ups failed (b-worker1 2), the design promises 0"),
    ],
)
def test_a_broken_promise_is_a_failure_of_the_design(silent, said) -> None:
    verdict, message = by_id(schedule(), quiet(**silent))["STORM-etcd_leader_killed"]

    assert verdict is Verdict.FAIL
    assert said in message


def test_a_gap_that_our_own_broken_way_made_is_not_held_against_anybody() -> None:
    lines = [*marks(), *traffic(), *samples("read", "endpoint", "x"), *samples("lookup", "n", "n")]
    lines += samples("write", "endpoint", "x", (11.0, 15.0), outcome="unseen")

    verdict, message = by_id(schedule(), lines)["STORM-etcd_leader_killed"]

    assert verdict is Verdict.UNKNOWN
    assert "our own way there broke" in message


def test_a_gap_in_which_we_stood_still_ourselves_is_not_held_against_anybody() -> None:
    lines = [*quiet(write=(11.0, 15.0)), Stood(t=14.0, seconds=2.0)]

    verdict, message = by_id(schedule(), lines)["STORM-etcd_leader_killed"]

    assert verdict is Verdict.UNKNOWN
    assert "for 2.0 s of it this computer was too busy to look" in message
    assert by_id(schedule(), [*lines[:-1], Stood(t=20.0, seconds=2.0)])["STORM-etcd_leader_killed"][0] is Verdict.FAIL


def test_what_targets_see_does_not_count() -> None:
    lines = [*quiet(), *samples("write", "endpoint", "a-etcd1", (10.0, 20.0))]

    assert by_id(schedule(), lines)["STORM-etcd_leader_killed"][0] is Verdict.PASS


def test_a_success_from_any_entrance_ends_a_gap() -> None:
    both = [*samples("write", "e", "x", (5, 9)), *samples("write", "e", "y", (8, 12))]

    assert availability.series(both, "write", "e", (0, 20)).gap == pytest.approx(1.1, abs=0.05)


def test_too_few_probes_are_unknown_never_a_pass() -> None:
    lines = [line for line in quiet() if not (isinstance(line, Sample) and line.verb == "write")]

    assert by_id(schedule(), lines)["STORM-etcd_leader_killed"][0] is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "finding"),
    [(Op, "STORM-LEDGER"), (Op, "STORM-LINEARIZABLE"), (Event, "STORM-WATCHES"), (LeaderSeen, "STORM-CONTROLLERS"),
        (Flushes, "STORM-FLUSH"),
     (FinalEnd, "STORM-LEDGER")],
)  # fmt: skip
def test_an_observer_that_saw_nothing_is_unknown(kind, finding) -> None:
    lines = [line for line in quiet() if not isinstance(line, kind)]

    assert by_id(schedule(), lines)[finding][0] is Verdict.UNKNOWN


def test_what_was_not_injected_is_unknown_with_the_reason() -> None:
    lines = [
        *(m for m in marks("injected", "healed", "recovered")),
        Mark(t=11, what="failed", number=0, about="no nft"),
    ]

    assert by_id(schedule(), lines)["STORM-etcd_leader_killed"] == (
        Verdict.UNKNOWN,
        "it was not injected: no nft",
    )


@pytest.mark.parametrize(("left_out", "said"), [("healed", "it was not healed"), ("recovered", "not healthy again")])
def test_what_was_not_healed_or_does_not_recover_fails(left_out, said) -> None:
    lines = [line for line in quiet() if not (isinstance(line, Mark) and line.what == left_out)]

    verdict, message = by_id(schedule(), lines)["STORM-etcd_leader_killed"]

    assert verdict is Verdict.FAIL
    assert said in message


def test_a_run_that_stopped_itself_fails() -> None:
    lines = [*quiet(), Mark(t=15, what="abort", number=0, about="no read was answered at b-cp1")]

    assert (
        "the run stopped itself: no read was answered at b-cp1"
        in by_id(schedule(), lines)["STORM-etcd_leader_killed"][1]
    )


@pytest.mark.parametrize(("must", "verdict"), [(False, Verdict.PASS), (True, Verdict.FAIL)])
def test_a_design_that_promises_nothing_fails_only_where_it_has_to_survive(must, verdict) -> None:
    nothing = Prediction(survives=False, why="etcd has 1 of 3 members left and needs 2")

    found = by_id(schedule(nothing, must_survive=must), quiet(write=(10.0, 24.0)))["STORM-etcd_leader_killed"]

    assert found[0] is verdict
    assert "etcd has 1 of 3 members left and needs 2" in found[1]


def test_what_has_to_be_survived_and_is_not_promised_fails_without_being_tried() -> None:
    nothing = Prediction(survives=False, why="no API server is left")
    lines = [
        *marks("inject", "injected", "heal", "healed", "recovered"),
        Mark(t=1, what="failed", number=0, about="no"),
    ]

    verdict, message = by_id(schedule(nothing, must_survive=True), lines)["STORM-etcd_leader_killed"]

    assert verdict is Verdict.FAIL
    assert "the design does not survive this: no API server is left" in message


def test_late_failures_on_a_busy_computer_are_not_held_against_anybody() -> None:
    promise = replace(PROMISE, settles=3.0)
    lines = [*quiet(read=(14.9, 15.0)), Stood(t=14.9, seconds=1.5)]

    assert by_id(schedule(promise), lines)["STORM-etcd_leader_killed"][0] is Verdict.UNKNOWN


def test_a_lost_write_fails_the_run() -> None:
    lines = [line for line in quiet() if not (isinstance(line, Final) and line.key == "w7")]
    verdict, message = by_id(schedule(), lines)["STORM-LEDGER"]

    assert verdict is Verdict.FAIL
    assert "w7: 'v' was acknowledged at 3.600 s, found nothing" in message


def test_judging_again_gives_the_same() -> None:
    lines = quiet(write=(11.0, 15.0))

    assert msgspec.json.encode(judge(schedule(), lines)) == msgspec.json.encode(judge(schedule(), lines))


@pytest.mark.parametrize(
    ("readings", "judged", "wrong"),
    [
        ([(100, 90), (400, 300)], 1, False),
        ([(100, 90), (400, 90)], 1, True),
        ([(100, 90), (110, 90)], 0, False),
        ([(41000, 900), (41648, 66)], 0, False),
        ([(41000, 900), (41648, 66), (41700, 110)], 1, False),
        ([(100, 90), (400, 0), (700, 0)], 1, True),
        ([(100, 90)], 0, False),
    ],
    ids=[
        "flushes",
        "does not",
        "too little to tell",
        "started again",
        "started again, and flushes",
        "started again, and does not",
        "one reading",
    ],
)
def test_members_that_do_not_flush_are_found_by_their_own_counters(readings, judged, wrong) -> None:
    seen = [Flushes(t=n, member="m", applied=a, flushed=f) for n, (a, f) in enumerate(readings)]

    found = flushes.judge(seen)

    assert (found.judged, bool(found.wrong)) == (judged, wrong)


def test_what_was_seen_before_explains_a_broken_promise() -> None:
    steady = Mark(t=9, what="steady", number=0, about="a-lb1 is not as designed: write haproxy.cfg")

    found = by_id(schedule(), [*quiet(write=(11.0, 15.0)), steady])["STORM-etcd_leader_killed"]

    assert found[1].endswith("seen before it: a-lb1 is not as designed: write haproxy.cfg")


@pytest.mark.parametrize(("silence", "verdict"), [((14.9, 15.0), Verdict.FAIL), ((11.0, 11.5), Verdict.PASS)])
def test_the_endpoint_has_to_answer_everything_again_while_the_fault_lasts(silence, verdict) -> None:
    promise = replace(PROMISE, settles=3.0)

    assert by_id(schedule(promise), quiet(read=silence))["STORM-etcd_leader_killed"][0] is verdict
