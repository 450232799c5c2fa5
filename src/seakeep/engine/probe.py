"""Asking the API again and again while something is done to it, and what that shows.

The schedule is open: a request is sent when it is due, whatever became of those before. A stalled one therefore hides
none of the following, and its latency counts from when it was due.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from types import TracebackType
from typing import Self

from seakeep.core.clock import Clock
from seakeep.report.probe import ProbeFailure, ProbeSeries, ProbeSummary

INTERVAL = 0.1
"""Seconds between two requests of one kind."""

SHOWN = 20
"""Failures that a summary spells out."""


class Outcome(StrEnum):
    """What became of a request.

    `refused` was certainly not carried out, `ambiguous` may have been. `unseen`: the probe's own way to the API broke,
    so that nothing was learned.
    """

    OK = "ok"
    REFUSED = "refused"
    AMBIGUOUS = "ambiguous"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Kind:
    """Requests that are judged together. `connection` is `fresh` or `kept`, `target` what they are sent to. One is sent
    in every interval whose number leaves `turn` when divided by `every`."""

    verb: str
    connection: str
    target: str = "endpoint"
    every: int = 1
    turn: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request ended; `why` is safe to print and '' for a success."""

    outcome: Outcome
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One request. `due` and `ended` are seconds since the sampler began."""

    kind: Kind
    due: float
    ended: float
    answer: Answer


Request = Callable[[int], Awaitable[Answer]]
"""Sends the request of this number, counted from 0. Ends within a limit of its own, and raises nothing on purpose."""


class Sampler:
    """Sends requests of every kind at their pace, for the time of an `async with`.

    Leaving the block waits for the answers to what has been sent; an exception in it, or a cancellation, does not.
    """

    def __init__(self, requests: Mapping[Kind, Request], *, clock: Clock, interval: float = INTERVAL) -> None:
        self._requests = dict(requests)
        self._clock = clock
        self.interval = interval
        self.samples: list[Sample] = []
        self.late = 0.0
        self._start = 0.0
        self._stopped: float | None = None
        self._schedule: asyncio.Task[None] | None = None
        self._under_way: set[asyncio.Task[None]] = set()
        self._bugs: list[BaseException] = []

    async def __aenter__(self) -> Self:
        self._start = self._clock.monotonic()
        self._schedule = asyncio.create_task(self._send_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._schedule is not None
        self._stopped = self.passed
        self._schedule.cancel()
        await asyncio.gather(self._schedule, return_exceptions=True)
        try:
            if error is None:
                await asyncio.gather(*self._under_way)
        finally:
            for task in tuple(self._under_way):
                task.cancel()
            await asyncio.gather(*self._under_way, return_exceptions=True)
        if error is None and self._bugs:
            raise self._bugs[0]

    @property
    def passed(self) -> float:
        """Seconds since the sampler began; up to its end once it has ended."""
        return self._clock.monotonic() - self._start if self._stopped is None else self._stopped

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What it sends."""
        return tuple(self._requests)

    async def _send_for_ever(self) -> None:
        number = 0
        while True:
            due = number * self.interval
            if (early := due - self.passed) > 0:
                await self._clock.sleep(early)
            self.late = max(self.late, self.passed - due)
            for kind, request in self._requests.items():
                if number % kind.every != kind.turn:
                    continue
                task = asyncio.create_task(self._one(kind, request, number, due))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)
            number += 1

    async def _one(self, kind: Kind, request: Request, number: int, due: float) -> None:
        try:
            answer = await request(number)
        except Exception as error:  # noqa: BLE001 - a bug; raised again when the block ends
            self._bugs.append(error)
            return
        self.samples.append(Sample(kind, due, self._clock.monotonic() - self._start, answer))


def longest_gap(samples: Iterable[Sample], *, begin: float, end: float) -> float:
    """The longest time between `begin` and `end` in which nothing succeeded, in seconds.

    A success counts when its answer came: one that took long leaves a gap even though it did not fail.
    """
    moments = sorted(sample.ended for sample in samples if sample.answer.outcome is Outcome.OK)
    edges = [begin, *(moment for moment in moments if begin < moment < end), end]
    return max(later - earlier for earlier, later in pairwise(edges))


def summary(sampler: Sampler, *, endpoint: str, since: float = 0.0, until: float | None = None) -> ProbeSummary:
    """The numbers of the requests that were due between two moments (seconds since the sampler began)."""
    end = sampler.passed if until is None else until
    chosen = [sample for sample in sampler.samples if since <= sample.due <= end]
    series = tuple(_series(kind, [s for s in chosen if s.kind == kind], since, end) for kind in sampler.kinds)
    wrong = sorted((s for s in chosen if s.answer.outcome is not Outcome.OK), key=lambda sample: sample.due)
    return ProbeSummary(
        endpoint=endpoint,
        seconds=round(end - since, 3),
        interval_ms=sampler.interval * 1000,
        reads=sum(each.sent for each in series if each.verb == "read"),
        writes=sum(each.sent for each in series if each.verb == "write"),
        failed=sum(each.refused + each.ambiguous for each in series),
        ambiguous=sum(each.ambiguous for each in series),
        unseen=sum(each.unseen for each in series),
        longest_gap_ms=max(
            (each.longest_gap_ms for kind, each in zip(sampler.kinds, series, strict=True) if kind.every == 1),
            default=0.0,
        ),
        late_ms=_ms(sampler.late),
        series=series,
        failures=tuple(
            ProbeFailure(
                at=round(sample.due, 3),
                verb=sample.kind.verb,
                connection=sample.kind.connection,
                target=sample.kind.target,
                outcome=sample.answer.outcome.value,
                why=sample.answer.why,
            )
            for sample in wrong[:SHOWN]
        ),
    )


def _series(kind: Kind, samples: Sequence[Sample], since: float, end: float) -> ProbeSeries:
    count = {outcome: sum(s.answer.outcome is outcome for s in samples) for outcome in Outcome}
    latencies = sorted(s.ended - s.due for s in samples if s.answer.outcome is Outcome.OK)
    return ProbeSeries(
        verb=kind.verb,
        connection=kind.connection,
        target=kind.target,
        sent=len(samples),
        ok=count[Outcome.OK],
        refused=count[Outcome.REFUSED],
        ambiguous=count[Outcome.AMBIGUOUS],
        unseen=count[Outcome.UNSEEN],
        longest_gap_ms=_ms(longest_gap(samples, begin=since, end=end)),
        median_ms=_quantile(latencies, 0.5),
        p99_ms=_quantile(latencies, 0.99),
        slowest_ms=_quantile(latencies, 1.0),
    )


def _quantile(ascending: Sequence[float], share: float) -> float | None:
    """The smallest value that this share of the values does not exceed."""
    if not ascending:
        return None
    return _ms(ascending[max(0, math.ceil(len(ascending) * share) - 1)])


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)
