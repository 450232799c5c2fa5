"""From a history to findings: each injection against what the design promised, and the run as a whole."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.experiments.base import Prediction
from seakeep.experiments.history import (
    AnyLine,
    Event,
    Final,
    FinalEnd,
    FlowControl,
    Flushes,
    LeaderSeen,
    Mark,
    Op,
    PodSeen,
    Sample,
    Sent,
    Stood,
)
from seakeep.experiments.judge import availability, controllers, floods, flushes, ledger, linearizable, watches
from seakeep.experiments.schedule import Planned, Schedule

T = TypeVar("T")

ENDPOINT = "endpoint"
"""The target of samples that go through the VIP."""

TENANT = "tenant"
"""The target of samples that go through the VIP as an ordinary ServiceAccount."""

HOT = "hot-"
"""What keys that many read and write at once begin with."""

PER_SECOND = 0.7
"""Acknowledged writes of the ledger, and probes of each kind, that a second of the run needs at the least."""

BUSY = 1.0
"""Seconds of standing still from which late failures may be our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InjectionResult:
    """What came of one injection. Series are of the time from the injection until the cluster was healthy again, those
    of another tenant until it was healed;
    `stood` are the seconds of it in which our own process stood still."""

    planned: Planned
    injected: float | None
    healed: float | None
    recovered: float | None
    series: tuple[availability.Series, ...]
    stood: float
    rescheduled: float | None
    flood: floods.Flood | None
    verdict: Verdict
    message: str

    def of(self, verb: str, target: str = ENDPOINT) -> availability.Series | None:
        """One probe's series."""
        return next((each for each in self.series if each.verb == verb and each.target == target), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Everything that a history shows."""

    injections: tuple[InjectionResult, ...]
    totals: ledger.Totals
    seconds: float
    changes: tuple[tuple[str, float, str, str], ...]
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class _Lines:
    """A history, sorted out by kind."""

    lines: Sequence[AnyLine]
    marks: list[Mark] = field(default_factory=list)
    _samples: dict[tuple[str, str], list[Sample]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.marks = self.of(Mark)
        for sample in sorted(self.of(Sample), key=lambda each: each.t):
            self._samples.setdefault((sample.verb, sample.target), []).append(sample)

    def samples(self, span: availability.Span) -> dict[tuple[str, str], list[Sample]]:
        """(verb, target) -> what was due between two moments, in order."""

        def between(found: list[Sample]) -> list[Sample]:
            low = bisect_left(found, span[0], key=lambda each: each.t)
            return found[low : bisect_right(found, span[1], key=lambda each: each.t)]

        return {kind: between(found) for kind, found in sorted(self._samples.items())}

    def of(self, kind: type[T]) -> list[T]:
        return [line for line in self.lines if isinstance(line, kind)]

    def mark(self, what: str, number: int) -> Mark | None:
        return next((mark for mark in self.marks if mark.what == what and mark.number == number), None)

    def at(self, what: str, number: int) -> float | None:
        found = self.mark(what, number)
        return None if found is None else found.t


def judge(schedule: Schedule, lines: Sequence[AnyLine]) -> Judgement:
    """The whole run."""
    history = _Lines(lines)
    end = max((line.t for line in lines), default=0.0)
    results = tuple(_injection(history, planned, end) for planned in schedule.injections)
    findings = [_finding(f"STORM-{result.planned.experiment}", result) for result in results]
    findings += _whole(history, end)
    ledger_ops = [op for op in history.of(Op) if not op.key.startswith(HOT)]
    return Judgement(
        injections=results,
        totals=ledger.judge(ledger_ops, (), ()).totals,
        seconds=end,
        changes=controllers.judge(history.of(LeaderSeen), ()).changes,
        findings=tuple(findings),
    )


def _finding(id_: str, result: InjectionResult) -> Finding:
    planned = result.planned
    aimed = ", ".join(planned.targets) or planned.word
    return found(id_, f"{planned.experiment} at {aimed}", result.verdict, result.message, where=aimed)


def found(id_: str, title: str, verdict: Verdict, message: str, *, where: str = "", fix: str = "") -> Finding:
    """A finding of a storm."""
    return Finding(
        id=id_,
        verdict=verdict,
        severity=Severity.ERROR,
        title=title,
        message=message,
        remediation=fix if verdict is not Verdict.PASS else "",
        where=where,
    )


def _injection(history: _Lines, planned: Planned, end: float) -> InjectionResult:
    number = planned.number
    begun, healed, recovered = (history.at(what, number) for what in ("injected", "healed", "recovered"))
    span = (begun, recovered or end) if begun is not None else None
    series: tuple[availability.Series, ...] = ()
    flood: floods.Flood | None = None
    if span is not None:
        still = [(each.t - each.seconds, each.t) for each in history.of(Stood)]
        while_it_lasted = (span[0], history.at("heal", number) or span[1])
        series = tuple(
            availability.series(
                samples,
                verb,
                target,
                while_it_lasted if target == TENANT else span,
                without=_hit(planned),
                lasted=while_it_lasted[1],
                still=still,
            )
            for (verb, target), samples in history.samples(span).items()
        )
        if sent := history.of(Sent):
            seconds = while_it_lasted[1] - while_it_lasted[0]
            flood = floods.read(sent, history.of(FlowControl), number, seconds)
    after = begun if begun is not None else end
    result = InjectionResult(
        planned=planned,
        injected=begun,
        healed=healed,
        recovered=recovered,
        series=series,
        stood=sum(each.seconds for each in history.of(Stood) if span is not None and span[0] <= each.t <= span[1]),
        rescheduled=controllers.rescheduled(history.of(PodSeen), planned.targets, after) if begun is not None else None,
        flood=flood,
        verdict=Verdict.UNKNOWN,
        message="",
    )
    verdict, message = _verdict(history, result)
    return InjectionResult(**{**_fields(result), "verdict": verdict, "message": message})  # type: ignore[arg-type]


def _hit(planned: Planned) -> tuple[str, ...]:
    """The machines on which something is broken: none by a flood, which only leaves from its target."""
    flood = planned.prediction is not None and planned.prediction.tenant_p99 is not None
    return () if flood else planned.targets


def _fields(result: InjectionResult) -> dict[str, object]:
    return {name: getattr(result, name) for name in InjectionResult.__slots__}


def _verdict(history: _Lines, result: InjectionResult) -> tuple[Verdict, str]:
    number = result.planned.number
    failed = history.mark("failed", number)
    prediction = result.planned.prediction
    if prediction is not None and result.planned.must_survive and not prediction.survives and result.injected is None:
        return Verdict.FAIL, f"the design does not survive this: {prediction.why} (so it was not tried)"
    if result.injected is None:
        why = failed.about if failed is not None else "the run ended before"
        return Verdict.UNKNOWN, f"it was not injected: {why}"
    if result.healed is None:
        return Verdict.FAIL, f"it was not healed: {failed.about if failed is not None else 'the run ended before'}"
    wrong: list[str] = []
    unsure: list[str] = []
    if abort := history.mark("abort", number):
        wrong.append(f"the run stopped itself: {abort.about}")
    if result.recovered is None:
        wrong.append(f"the cluster was not healthy again: {failed.about if failed is not None else 'the run ended'}")
    assert prediction is not None
    said = _against(prediction, result, wrong, unsure)
    if wrong:
        steady = history.mark("steady", number)
        if steady is not None and steady.about:
            wrong.append(f"seen before it: {steady.about}")
        return Verdict.FAIL, "; ".join(wrong)
    if unsure:
        return Verdict.UNKNOWN, "; ".join(unsure)
    return Verdict.PASS, said


def _against(prediction: Prediction, result: InjectionResult, wrong: list[str], unsure: list[str]) -> str:
    """Prediction against observation. What is said when nothing is wrong."""
    if not prediction.survives:
        if result.planned.must_survive:
            wrong.append(f"the design does not survive this: {prediction.why}")
        return f"the design promises nothing ({prediction.why}); it healed, and what was acknowledged is judged below"
    said: list[str] = []
    for verb, promised in (("write", prediction.write_gap), ("read", prediction.read_gap)):
        verdict, text = _gap(verb, promised, result, prediction.why)
        {Verdict.FAIL: wrong, Verdict.UNKNOWN: unsure}.get(verdict, said).append(text)
    if prediction.settles is not None:
        verdict, text = _settled(prediction.settles, result)
        {Verdict.FAIL: wrong, Verdict.UNKNOWN: unsure}.get(verdict, said).append(text)
    if prediction.tenant_p99 is not None:
        asked = [result.of(verb, TENANT) for verb in ("read", "write")]
        verdict, text = floods.judge(prediction.tenant_p99, result.flood, asked, stood=result.stood)
        {Verdict.FAIL: wrong, Verdict.UNKNOWN: unsure}.get(verdict, said).append(text)
    if prediction.dns_failures is not None:
        verdict, text = _lookups(prediction.dns_failures, result)
        {Verdict.FAIL: wrong, Verdict.UNKNOWN: unsure}.get(verdict, said).append(text)
    return "; ".join(said)


def _gap(verb: str, promised: float | None, result: InjectionResult, why: str) -> tuple[Verdict, str]:
    series = result.of(verb)
    seconds = (result.recovered or result.healed or 0.0) - (result.injected or 0.0)
    if series is None or series.sent < PER_SECOND * seconds:
        return Verdict.UNKNOWN, f"too few {verb}s were tried ({series.sent if series else 0} in {seconds:.0f} s)"
    if promised is None:
        return Verdict.PASS, f"longest {verb} gap {series.gap:.1f} s, nothing promised"
    if series.gap <= promised:
        return Verdict.PASS, f"longest {verb} gap {series.gap:.1f} s of {promised:g} s promised"
    text = f"no {verb} was answered for {series.gap:.1f} s, the design promises {promised:g} s ({why})"
    if series.blind:
        return Verdict.UNKNOWN, f"{text}; but our own way there broke"
    if series.gap - series.stood <= promised:
        return Verdict.UNKNOWN, f"{text}; but for {series.stood:.1f} s of it this computer was too busy to look"
    return Verdict.FAIL, text


def _settled(promised: float, result: InjectionResult) -> tuple[Verdict, str]:
    """The endpoint again answers everything while the fault still lasts."""
    lasted = (result.healed or 0.0) - (result.injected or 0.0)
    worst = 0.0
    for verb in ("read", "write"):
        series = result.of(verb)
        if series is not None and series.settled is not None:
            worst = max(worst, series.settled)
    if worst > promised:
        text = f"requests still failed {worst:.1f} s after it began, the design promises {promised:g} s"
        if result.stood > BUSY:
            return Verdict.UNKNOWN, f"{text}; but this computer was too busy to look for {result.stood:.1f} s meanwhile"
        return Verdict.FAIL, text
    if lasted < promised:
        return Verdict.PASS, f"healed after {lasted:.0f} s, before the endpoint had to answer everything again"
    return Verdict.PASS, f"no request failed later than {worst:.1f} s after it began"


def _lookups(promised: int, result: InjectionResult) -> tuple[Verdict, str]:
    """On the nodes that were not aimed at."""
    hit = _hit(result.planned)
    outside = [each for each in result.series if each.verb == "lookup" and each.target not in hit]
    if not outside:
        return Verdict.UNKNOWN, "no DNS look-up was made outside the blast radius"
    failures = sum(each.failed for each in outside)
    if failures <= promised:
        return Verdict.PASS, f"{failures} of {sum(each.sent for each in outside)} DNS look-ups failed"
    on = ", ".join(f"{each.target} {each.failed}" for each in outside if each.failed)
    return Verdict.FAIL, f"{failures} DNS look-ups failed ({on}), the design promises {promised}"


def _whole(history: _Lines, end: float) -> list[Finding]:
    ops = history.of(Op)
    hot = [op for op in ops if op.key.startswith(HOT)]
    rest = [op for op in ops if not op.key.startswith(HOT)]
    return [
        _ledger(ledger.judge(rest, _without_hot(history.of(Final)), history.of(FinalEnd)), end),
        _linearizable(hot),
        _watches(watches.judge(history.of(Event), ops)),
        _controllers(controllers.judge(history.of(LeaderSeen), history.of(PodSeen))),
        _flushes(flushes.judge(history.of(Flushes))),
    ]


def _without_hot(finals: Collection[Final]) -> list[Final]:
    return [final for final in finals if not final.key.startswith(HOT)]


def _first(wrong: Sequence[str]) -> str:
    more = f" (and {len(wrong) - 3} more)" if len(wrong) > 3 else ""
    return "; ".join(wrong[:3]) + more


def _ledger(judged: ledger.LedgerJudgement, seconds: float) -> Finding:
    title = "every acknowledged write is there, and no deleted object is back"
    totals = judged.totals
    sums = (
        f"{totals.acknowledged} acknowledged, {totals.refused} refused, {totals.ambiguous} ambiguous,"
        f" {totals.deletes} deletes"
    )
    if judged.wrong:
        return found("STORM-LEDGER", title, Verdict.FAIL, f"{_first(judged.wrong)}; {sums}", fix=_LEDGER_FIX)
    if judged.unread:
        return found("STORM-LEDGER", title, Verdict.UNKNOWN, f"{_first(judged.unread)}; {sums}")
    if totals.acknowledged < PER_SECOND * seconds:
        return found("STORM-LEDGER", title, Verdict.UNKNOWN, f"too little traffic in {seconds:.0f} s: {sums}")
    return found("STORM-LEDGER", title, Verdict.PASS, f"0 lost, 0 returned; {sums}")


_LEDGER_FIX = "look for members that do not flush (fsync), and for a restored or re-created data directory"


def _linearizable(hot: Sequence[Op]) -> Finding:
    title = "reads and writes of hot keys are linearizable"
    by_key: dict[str, list[Op]] = {}
    for op in hot:
        by_key.setdefault(op.key, []).append(op)
    wrong = [text for ops in by_key.values() for text in linearizable.violations(ops)]
    reads = sum(op.verb == "read" and op.outcome == "ok" for op in hot)
    writes = sum(op.verb != "read" and op.outcome == "ok" for op in hot)
    if wrong:
        return found("STORM-LINEARIZABLE", title, Verdict.FAIL, _first(wrong))
    verdict = Verdict.PASS if reads >= 10 and writes >= 10 else Verdict.UNKNOWN
    return found("STORM-LINEARIZABLE", title, verdict, f"{reads} reads and {writes} writes of {len(by_key)} keys")


def _watches(judged: watches.WatchJudgement) -> Finding:
    title = "watches are in order, with nothing twice and nothing missing"
    text = f"{judged.events} events, {judged.relists} relists"
    if judged.wrong:
        return found("STORM-WATCHES", title, Verdict.FAIL, _first(judged.wrong))
    return found("STORM-WATCHES", title, Verdict.PASS if judged.events >= 10 else Verdict.UNKNOWN, text)


def _flushes(judged: flushes.FlushJudgement) -> Finding:
    title = "members flush what they acknowledge to their disks"
    if judged.wrong:
        fix = "etcd runs with --unsafe-no-fsync, or its disk lies: a power cut loses acknowledged writes"
        return found("STORM-FLUSH", title, Verdict.FAIL, f"{_first(judged.wrong)}: {fix}", fix=fix)
    return found("STORM-FLUSH", title, Verdict.PASS if judged.judged else Verdict.UNKNOWN, f"{judged.judged} members")


def _controllers(judged: controllers.ControllerJudgement) -> Finding:
    title = "one leader at a time, and no pod on two nodes"
    text = f"{judged.leaders} renewals, {len(judged.changes)} changes of leaders, {judged.pods} pods"
    if judged.wrong:
        return found("STORM-CONTROLLERS", title, Verdict.FAIL, _first(judged.wrong))
    enough = judged.leaders >= 2 and judged.pods
    return found("STORM-CONTROLLERS", title, Verdict.PASS if enough else Verdict.UNKNOWN, text)
