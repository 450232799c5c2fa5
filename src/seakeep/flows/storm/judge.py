"""Judging a stored run: its schedule and history in, observations, verdict and page out. Nothing is run."""

import msgspec

from seakeep.core.errors import RefusedError
from seakeep.core.verdict import Verdict, merge
from seakeep.experiments.history import AnyLine, Mark
from seakeep.experiments.judge import verdict
from seakeep.experiments.judge.verdict import ENDPOINT, InjectionResult, found
from seakeep.experiments.registry import find
from seakeep.experiments.schedule import Schedule
from seakeep.flows.session import Session
from seakeep.flows.storm.record import OBSERVATIONS, PAGE, chosen, read_history, read_schedule
from seakeep.report.storm import InjectionRow, LedgerTotals, SeriesRow, StormReport, TimelineSpan
from seakeep.report.storm_page import page
from seakeep.state.runs import Run


async def judge_run(session: Session, run: Run) -> StormReport:
    """The report of a run, written into its folder again."""
    lines = read_history(run)
    report = report_of(run, read_schedule(run), lines)
    session.state.write(f"runs/{run.id}/{OBSERVATIONS}", msgspec.json.format(msgspec.json.encode(report), indent=2))
    session.state.write(f"runs/{run.id}/{PAGE}", page(report).encode())
    return report


async def stored(session: Session, run_id: str | None) -> StormReport:
    """The report as it was written. RefusedError for a run that was never judged."""
    run = chosen(session.state, run_id)
    path = run.folder / OBSERVATIONS
    try:
        return msgspec.json.decode(path.read_bytes(), type=StormReport)
    except FileNotFoundError as error:
        raise RefusedError(f"{run.id} was never judged", hint=f"seakeep storm judge {run.id}") from error


def report_of(run: Run, schedule: Schedule, lines: tuple[AnyLine, ...]) -> StormReport:
    """Pure but for the run's name."""
    judged = verdict.judge(schedule, lines)
    findings = judged.findings
    begin = next((line for line in lines if isinstance(line, Mark) and line.what == "begin"), None)
    if begin is not None and begin.about:
        steady = found("STORM-STEADY", "the cluster is healthy before it is broken", Verdict.FAIL, begin.about)
        findings = (steady, *findings)
    drift = next((line for line in lines if isinstance(line, Mark) and line.what == "drift"), None)
    if drift is not None:
        title = "what runs is what the design says"
        findings = (found("STORM-DRIFT", title, Verdict.FAIL, drift.about, fix="seakeep apply"), *findings)
    if not schedule.injections or begin is None:
        findings = (*findings, found("STORM-RUN", "the run was carried out", Verdict.UNKNOWN, "nothing was begun"))
    totals = judged.totals
    return StormReport(
        verdict=merge(each.verdict for each in findings),
        cluster_name=schedule.cluster,
        run=run.id,
        folder=str(run.folder),
        suite=schedule.suite,
        seed=schedule.seed,
        started_at=schedule.started,
        seconds=round(judged.seconds, 1),
        injections=tuple(_row(result) for result in judged.injections),
        ledger=LedgerTotals(
            acknowledged=totals.acknowledged,
            refused=totals.refused,
            ambiguous=totals.ambiguous,
            deletes=totals.deletes,
            keys=totals.keys,
        ),
        changes=tuple(
            f"{at:.1f} s: {name} from {old or 'nobody'} to {new or 'nobody'}" for name, at, old, new in judged.changes
        ),
        note=schedule.note,
        findings=tuple(findings),
    )


def _row(result: InjectionResult) -> InjectionRow:
    planned, prediction = result.planned, result.planned.prediction
    return InjectionRow(
        experiment=planned.experiment,
        title=find(planned.experiment).EXPERIMENT.title,
        word=planned.word,
        targets=planned.targets,
        verdict=result.verdict,
        message=result.message,
        injected=result.injected,
        healed=result.healed,
        recovered=result.recovered,
        survives=None if prediction is None else prediction.survives,
        why="" if prediction is None else prediction.why,
        promised_write_gap=None if prediction is None else prediction.write_gap,
        promised_read_gap=None if prediction is None else prediction.read_gap,
        write_gap=_gap(result, "write"),
        read_gap=_gap(result, "read"),
        rescheduled=result.rescheduled,
        series=tuple(
            SeriesRow(
                verb=each.verb,
                target=each.target,
                sent=each.sent,
                failed=each.failed,
                unseen=each.unseen,
                gap=round(each.gap, 3),
                detected=_rounded(each.detected),
                recovered=_rounded(each.recovered),
                median=_rounded(each.median),
                p99=_rounded(each.p99),
                spans=tuple(TimelineSpan(begin=round(b, 3), end=round(e, 3)) for b, e in each.spans),
            )
            for each in sorted(result.series, key=lambda s: (s.target != ENDPOINT, s.verb, s.target))
        ),
    )


def _gap(result: InjectionResult, verb: str) -> float | None:
    series = result.of(verb)
    return None if series is None else round(series.gap, 3)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
