import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from seakeep.core.verdict import Verdict
from seakeep.engine.probe import Answer, Kind, Outcome, Request, Sample, Sampler, longest_gap, summary

READ = Kind("read", "fresh")
WRITE = Kind("write", "kept")
OK = Answer(Outcome.OK)
LOST = Answer(Outcome.AMBIGUOUS, "the connection was lost")


class Timeline:
    """Virtual time for many sleepers: `pass_until` wakes them in the order of their alarms."""

    def __init__(self) -> None:
        self.time = 1000.0
        self._alarms: list[tuple[float, int, asyncio.Event]] = []
        self._number = 0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        event = asyncio.Event()
        self._number += 1
        heapq.heappush(self._alarms, (self.time + seconds, self._number, event))
        await event.wait()

    async def pass_until(self, moment: float) -> None:
        await self._settle()
        while self._alarms and self._alarms[0][0] <= moment + 1e-9:
            alarm, _, event = heapq.heappop(self._alarms)
            self.time = max(self.time, alarm)
            event.set()
            await self._settle()
        self.time = max(self.time, moment)

    async def _settle(self) -> None:
        for _ in range(10):
            await asyncio.sleep(0)


def taking(clock: Timeline, seconds: Callable[[int], float], answer: Callable[[int], Answer] = lambda _: OK) -> Request:
    """A request that takes this long and ends so, by its number."""

    async def request(number: int) -> Answer:
        await clock.sleep(seconds(number))
        return answer(number)

    return request


async def sampled(requests: dict[Kind, Request], clock: Timeline, seconds: float) -> Sampler:
    async def run() -> Sampler:
        async with Sampler(requests, clock=clock) as sampler:
            await clock.sleep(seconds)
        return sampler

    task = asyncio.create_task(run())
    await clock.pass_until(clock.time + seconds + 60)
    return await task


async def test_an_undisturbed_api_leaves_one_interval() -> None:
    clock = Timeline()
    sampler = await sampled({READ: taking(clock, lambda _: 0.01), WRITE: taking(clock, lambda _: 0.02)}, clock, 10.05)
    found = summary(sampler, endpoint="vip:6443")
    assert (found.reads, found.writes, found.failed) == (101, 101, 0)
    assert found.longest_gap_ms == pytest.approx(100, abs=1)
    assert found.verdict is Verdict.PASS
    assert [each.median_ms for each in found.series] == [10.0, 20.0]
    assert "101 reads and 101 writes through vip:6443 in 10 s: 0 failed, longest gap 100 ms" in found.sentence()


async def test_a_stalled_request_hides_none_of_those_behind_it() -> None:
    """Everything that is due from 2.0 to 4.9 s is answered at 5 s only: thirty slow answers, one gap of three."""
    clock = Timeline()
    stall = taking(clock, lambda n: 5.0 - n * 0.1 if 20 <= n < 50 else 0.01)
    sampler = await sampled({READ: stall}, clock, 10)
    found = summary(sampler, endpoint="vip")
    slow = [sample for sample in sampler.samples if sample.ended - sample.due > 0.05]
    assert len(slow) == 30
    assert found.failed == 0
    assert found.longest_gap_ms == pytest.approx(3090, abs=2)
    assert found.series[0].slowest_ms == pytest.approx(3000, abs=1)


async def test_failures_are_counted_by_what_became_of_them() -> None:
    clock = Timeline()

    def answer(number: int) -> Answer:
        kinds = {10: Answer(Outcome.REFUSED, "connection refused"), 11: LOST, 12: Answer(Outcome.UNSEEN, "way broke")}
        return kinds.get(number, OK)

    sampler = await sampled(
        {WRITE: taking(clock, lambda _: 0.01, answer), READ: taking(clock, lambda _: 0)}, clock, 3.05
    )
    found = summary(sampler, endpoint="vip")
    assert (found.failed, found.ambiguous, found.unseen) == (2, 1, 1)
    assert found.verdict is Verdict.FAIL
    assert [(f.at, f.outcome) for f in found.failures] == [(1.0, "refused"), (1.1, "ambiguous"), (1.2, "unseen")]
    assert found.longest_gap_ms == pytest.approx(400, abs=1)


async def test_what_could_not_be_seen_is_no_pass() -> None:
    clock = Timeline()
    unseen = taking(clock, lambda _: 0, lambda n: Answer(Outcome.UNSEEN, "way broke") if n == 5 else OK)
    sampler = await sampled({READ: unseen, WRITE: taking(clock, lambda _: 0)}, clock, 2)
    assert summary(sampler, endpoint="vip").verdict is Verdict.UNKNOWN
    silent = await sampled({READ: taking(clock, lambda _: 0)}, clock, 2)
    assert summary(silent, endpoint="vip").verdict is Verdict.UNKNOWN  # no write was ever tried


async def test_requests_under_way_are_waited_for_at_the_end() -> None:
    clock = Timeline()
    sampler = await sampled(
        {READ: taking(clock, lambda n: 4.0 if n == 9 else 0.01, lambda n: LOST if n == 9 else OK)}, clock, 0.95
    )
    assert summary(sampler, endpoint="vip").failed == 1


async def test_an_interval_of_the_probes_own_lateness_is_told() -> None:
    """The computer was asleep for two seconds: what was due meanwhile is sent at once, and the lateness is shown."""
    clock = Timeline()

    async def run() -> Sampler:
        async with Sampler({READ: taking(clock, lambda _: 0)}, clock=clock) as sampler:
            await clock.sleep(5)
        return sampler

    task = asyncio.create_task(run())
    await clock.pass_until(1001.0)
    clock.time = 1003.0
    await clock.pass_until(1010.0)
    found = summary(await task, endpoint="vip")
    assert found.late_ms == pytest.approx(1900, abs=1)
    assert found.reads == 50


async def test_a_window_counts_only_what_was_due_in_it() -> None:
    clock = Timeline()
    sampler = await sampled({READ: taking(clock, lambda _: 0.01, lambda n: LOST if n == 30 else OK)}, clock, 6)
    assert summary(sampler, endpoint="vip", until=2.5).failed == 0
    part = summary(sampler, endpoint="vip", since=2.55, until=3.5)
    assert (part.failed, part.reads) == (1, 10)


async def test_a_bug_in_a_request_is_not_swallowed() -> None:
    clock = Timeline()

    async def broken(_: int) -> Answer:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await sampled({READ: broken}, clock, 1)


async def test_an_error_in_the_block_waits_for_nothing() -> None:
    clock = Timeline()

    async def never(_: int) -> Answer:
        await asyncio.Event().wait()
        return OK

    async def run(work: Callable[[], Awaitable[None]]) -> None:
        async with Sampler({READ: never}, clock=clock):
            await work()

    async def fail() -> None:
        await asyncio.sleep(0)
        raise RuntimeError("the work failed")

    with pytest.raises(RuntimeError, match="the work failed"):
        await run(fail)


def test_a_gap_reaches_to_the_ends() -> None:
    samples = [Sample(READ, at, at, OK) for at in (3.0, 4.0)]
    assert longest_gap(samples, begin=0, end=5) == 3.0
    assert longest_gap([], begin=0, end=5) == 5.0
    assert longest_gap([Sample(READ, 1, 1, LOST)], begin=0, end=5) == 5.0
