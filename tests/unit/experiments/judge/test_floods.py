"""Another tenant beside a flood: when it passes, when it fails, and when nothing can be said."""

import pytest
from tests.unit.experiments.judge.test_verdict import BEGUN, HEALED, quiet, schedule

from seakeep.core.verdict import Verdict
from seakeep.experiments.base import Prediction
from seakeep.experiments.history import AnyLine, FlowControl, Sample, Sent, Stood
from seakeep.experiments.judge import floods
from seakeep.experiments.judge.verdict import TENANT, judge

PROMISE = Prediction(survives=True, why="fair queues", tenant_p99=1.0)


def tenant(*, slow: float = 0.0, count: int = 100, outcome: str = "ok", bad: int = 0) -> list[Sample]:
    """`count` reads and writes while it lasts; the last `bad` of each take `slow` seconds, or end otherwise."""
    found = []
    for verb in ("read", "write"):
        for number in range(count):
            t = BEGUN + (HEALED - BEGUN) * number / count
            last = number >= count - bad
            end = t + (slow if last else 0.05)
            found.append(Sample(t=t, end=end, verb=verb, target=TENANT, via="m", outcome=outcome if last else "ok"))
    return found


def flood(count: int = 50_000, refused: int = 20_000) -> list[AnyLine]:
    counters = [
        FlowControl(t=t, number=0, server=server, level="workload-low", dispatched=d, rejected=r, waited=w)
        for server in ("a-cp1", "b-cp1")
        for t, d, r, w in ((5.0, 1000, 10, 1.5), (26.0, 16_000, 10_010, 301.5))
    ]
    return [
        *counters,
        Sent(t=19.9, number=0, via="m", status=200, count=count - refused),
        Sent(t=19.9, number=0, via="m", status=429, count=refused),
    ]


def verdict(*lines: AnyLine) -> tuple[Verdict, str]:
    (result,) = judge(schedule(PROMISE), [*quiet(), *lines]).injections
    return result.verdict, result.message


def test_a_tenant_that_is_answered_in_time_passes_with_its_evidence() -> None:
    found, text = verdict(*tenant(), *flood())

    assert found is Verdict.PASS
    assert "another tenant's reads p50 50 ms, p99 50 ms (0 of 100 failed)" in text
    assert "50000 requests of the flood (5000 a second, 20000 of them refused with 429)" in text
    assert "workload-low: 30000 carried out after 20 ms in a queue, 20000 refused" in text


def test_a_tenant_that_waits_fails() -> None:
    found, text = verdict(*tenant(slow=1.4, bad=2), *flood())
    assert found is Verdict.FAIL
    assert "p99 1400 ms" in text


def test_one_slow_request_of_a_hundred_is_no_failure() -> None:
    assert verdict(*tenant(slow=1.4, bad=1), *flood())[0] is Verdict.PASS


def test_refused_requests_are_slower_than_any_answer() -> None:
    found, text = verdict(*tenant(slow=0.01, bad=2, outcome="refused"), *flood())
    assert found is Verdict.FAIL
    assert "p99 never (2 of 100 failed)" in text


@pytest.mark.parametrize("lines", [[], flood(count=1900, refused=0)], ids=["nothing known", "less than a surge"])
def test_what_was_no_flood_proves_nothing(lines) -> None:
    found, text = verdict(*tenant(), *lines)
    assert found is Verdict.UNKNOWN
    assert "it was no flood" in text


def test_too_few_requests_of_the_tenant_prove_nothing() -> None:
    assert verdict(*tenant(count=60), *flood())[0] is Verdict.UNKNOWN
    assert verdict(*flood())[0] is Verdict.UNKNOWN


def test_what_was_slow_while_we_stood_still_is_not_known() -> None:
    found, text = verdict(*tenant(slow=1.4, bad=2), *flood(), Stood(t=HEALED + 1.0, seconds=2.0))
    assert found is Verdict.UNKNOWN
    assert "too busy to look" in text


def test_what_was_slow_otherwise_fails_although_we_stood_still() -> None:
    assert verdict(*tenant(slow=1.4, bad=5), *flood(), Stood(t=BEGUN + 1.0, seconds=0.5))[0] is Verdict.FAIL


def test_counters_that_began_anew_are_missing_and_not_negative() -> None:
    lines = [
        FlowControl(t=t, number=0, server="a-cp1", level="exempt", dispatched=d, rejected=0, waited=0.0)
        for t, d in ((1.0, 500), (9.0, 20))
    ]
    found = floods.read([Sent(t=9, number=0, via="m", status=0, count=3)], lines, 0, 10.0)
    assert (found.levels, found.missing, found.sent) == ((), ("a-cp1",), 3)


def test_the_machine_that_the_flood_leaves_from_is_not_broken() -> None:
    promise = Prediction(survives=True, why="fair queues", tenant_p99=1.0, dns_failures=0)
    alone = [line for line in quiet() if not (isinstance(line, Sample) and line.verb == "lookup")]
    looked = [
        Sample(t=t, end=t + 0.1, verb="lookup", target="a-etcd1", via="a-etcd1", outcome="ok") for t in range(10, 25)
    ]
    (result,) = judge(schedule(promise), [*alone, *looked, *tenant(), *flood()]).injections
    assert (result.planned.targets, result.verdict) == (("a-etcd1",), Verdict.PASS)
