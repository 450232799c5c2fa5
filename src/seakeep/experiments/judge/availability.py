"""Availability: for how long nothing that a probe asked was answered, and when it was noticed and over."""

import itertools
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from seakeep.experiments.history import Sample

Span = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One probe over one stretch of time, seen from every machine that was no target.

    `gap` is the longest time without a success, in seconds, and `gap_span` when it was. `detected` and `recovered` are
    seconds from the injection until the first request failed and until the gap was over; None where none failed.
    `settled` is the time from the injection until its last failure, of those while the fault lasted. `blind`: the gap
    was not seen, because our own way there broke from every machine. `stood` are the seconds of the gap in which our
    own process stood still. `median` and `p99` are of everything that was sent and not lost on our own way, a failure
    counting as slower than any answer; None where that is what they fall on. `quick_p99` leaves out what was under way
    while our process stood still.
    """

    verb: str
    target: str
    sent: int
    failed: int
    unseen: int
    gap: float
    gap_span: Span
    detected: float | None
    recovered: float | None
    settled: float | None
    blind: bool
    stood: float
    spans: tuple[Span, ...]
    slowest: float | None
    median: float | None
    p99: float | None
    quick_p99: float | None


def series(
    samples: Iterable[Sample],
    verb: str,
    target: str,
    span: Span,
    *,
    without: Collection[str] = (),
    lasted: float | None = None,
    still: Sequence[Span] = (),
) -> Series:
    """What was seen of one probe between two moments, from the machines that are not in `without`: those are lost to
    us, or see only themselves. Where that leaves none, all count. `lasted` is when its end was begun, `still`
    when our own process stood still."""
    chosen = [s for s in samples if s.verb == verb and s.target == target and span[0] <= s.t <= span[1]]
    outside = [s for s in chosen if s.via not in without]
    chosen = outside or chosen
    good = sorted(s.end for s in chosen if s.outcome == "ok" and s.end <= span[1])
    bad = [s for s in chosen if s.outcome in {"refused", "ambiguous"}]
    edges = [span[0], *good, span[1]]
    gaps = [(b, e) for b, e in itertools.pairwise(edges)]
    longest = max(gaps, key=lambda each: each[1] - each[0])
    seen = [s for s in chosen if longest[0] <= s.t <= longest[1]]
    blind = (
        bool(seen)
        and all(s.outcome == "unseen" for s in seen if s.outcome != "ok")
        and any(s.outcome == "unseen" for s in seen)
    )
    latencies = [s.end - s.t for s in chosen if s.outcome == "ok"]
    seen_all = [s for s in chosen if s.outcome != "unseen"]
    return Series(
        verb=verb,
        target=target,
        sent=len(chosen),
        failed=len(bad),
        unseen=sum(s.outcome == "unseen" for s in chosen),
        gap=longest[1] - longest[0],
        gap_span=longest,
        detected=min((s.end for s in bad), default=span[0]) - span[0] if bad else None,
        recovered=longest[1] - span[0] if bad else None,
        settled=max((s.t for s in bad if s.t < (lasted or span[1])), default=span[0]) - span[0] if bad else None,
        blind=blind,
        stood=sum(max(0.0, min(end, longest[1]) - max(begin, longest[0])) for begin, end in still),
        spans=_without_success(gaps, bad),
        slowest=max(latencies, default=None),
        median=_quantile([_latency(s) for s in seen_all], 0.5),
        p99=_quantile([_latency(s) for s in seen_all], 0.99),
        quick_p99=_quantile([_latency(s) for s in seen_all if not any(b < s.end and s.t < e for b, e in still)], 0.99),
    )


def _latency(sample: Sample) -> float:
    return sample.end - sample.t if sample.outcome == "ok" else math.inf


def _quantile(latencies: list[float], share: float) -> float | None:
    """The smallest value that this share of them does not exceed; None where there is none, or it is a failure."""
    if not latencies:
        return None
    found = sorted(latencies)[max(0, math.ceil(len(latencies) * share) - 1)]
    return None if math.isinf(found) else found


def _without_success(gaps: Sequence[Span], bad: Sequence[Sample]) -> tuple[Span, ...]:
    """The gaps in which a request failed: for the picture."""
    moments = sorted(s.t for s in bad)
    found = []
    for begin, end in gaps:
        if end - begin > 0.5 and any(begin <= moment <= end for moment in moments):
            found.append((begin, end))
    return tuple(found)
