"""What was done to a cluster before, from its journals."""

from datetime import UTC, datetime, timedelta

from seakeep.core.change import Change
from seakeep.core.clock import rfc3339
from seakeep.core.errors import UndecidedError, UsageError
from seakeep.engine.journal import Begin, End, History, Journal, Note, RunEnd, RunStart, State
from seakeep.engine.lock import holder
from seakeep.engine.plan import Plan
from seakeep.flows.session import Session
from seakeep.report.runs import RunAttempt, RunChange, RunReport, RunRow, RunsReport
from seakeep.state.runs import Run, find_run, list_runs

_STATES = {
    State.DONE: "done",
    State.FAILED: "failed",
    State.AMBIGUOUS: "started",
    State.PENDING: "pending",
    State.VERIFIED: "verified",
}
_OUTCOMES = {"ok": "done", "": "interrupted", "interrupted": "interrupted"}


async def listing(session: Session) -> RunsReport:
    """The newest first. One that cannot be read does not hide the others."""
    rows = tuple(_readable_row(session, run) for run in list_runs(session.state))
    return RunsReport(cluster_name=session.design.name, runs=rows)


async def show(session: Session, run_id: str | None) -> RunReport:
    """One run, by default the last. UsageError where there is none, UndecidedError where it cannot be read."""
    run = chosen(session, run_id)
    history = read_history(run)
    return RunReport(
        run=_row(session, run, history),
        folder=str(run.folder),
        changes=_changes(run, history),
        attempts=_attempts(history),
        notes=tuple(f"{each.at} {each.text}" for each in history.records if isinstance(each, Note)),
    )


def chosen(session: Session, run_id: str | None) -> Run:
    """The run of that id, or whose id begins so; the last one without an id. UsageError where there is none."""
    runs = list_runs(session.state)
    run = find_run(session.state, run_id) if run_id else (runs[0] if runs else None)
    if run is None:
        raise UsageError(f"there is no run {run_id!r}" if run_id else "there are no runs yet", hint="seakeep runs list")
    return run


def read_history(run: Run) -> History:
    """What its journal says; nothing where it never began."""
    return Journal.read(run.journal) if run.begun else History()


def _changes(run: Run, history: History) -> tuple[RunChange, ...]:
    """All that the journal names. What was not begun is described by the plan, which may be gone."""
    begun = {record.id: record for record in history.records if isinstance(record, Begin)}
    ended = {record.id: record for record in history.records if isinstance(record, End)}
    planned = {change.id: change for change in _planned(run)}
    changes = []
    for name, state in history.states.items():
        known = begun.get(name) or planned.get(name)
        if known is None:
            continue
        start = begun[name].at if name in begun else ""
        changes.append(
            RunChange(
                id=name,
                host=known.host,
                phase=known.phase,
                what=known.what,
                why=known.why,
                risk=known.risk,
                state=_STATES[state],
                started_at=start,
                seconds=_between(start, ended[name].at) if start and name in ended else None,
                error=history.errors.get(name, ""),
            )
        )
    return tuple(changes)


def _planned(run: Run) -> tuple[Change, ...]:
    try:
        return Plan.from_json(run.plan.read_bytes()).changes
    except (OSError, UsageError):
        return ()


def _attempts(history: History) -> tuple[RunAttempt, ...]:
    attempts: list[RunAttempt] = []
    for record in history.records:
        if isinstance(record, RunStart):
            attempts.append(RunAttempt(started_at=record.at, by=record.by, planned=len(record.planned)))
        elif isinstance(record, RunEnd) and attempts:
            last = attempts[-1]
            attempts[-1] = RunAttempt(
                started_at=last.started_at,
                by=last.by,
                planned=last.planned,
                ended_at=record.at,
                result=record.result,
                error=record.error,
            )
    return tuple(attempts)


def _readable_row(session: Session, run: Run) -> RunRow:
    try:
        return _row(session, run, read_history(run))
    except UndecidedError as error:
        return RunRow(
            id=run.id,
            verb=run.verb,
            started_at=rfc3339(run.started),
            seconds=None,
            outcome="unreadable",
            changes=0,
            done=0,
            error=error.message,
        )


def _row(session: Session, run: Run, history: History) -> RunRow:
    owner = holder(session.state.path("lock")) if not history.result else None
    running = owner is not None and owner.run == run.id
    return RunRow(
        id=run.id,
        verb=run.verb,
        started_at=rfc3339(run.started),
        seconds=_between(history.started, history.ended) if history.started and history.ended else None,
        outcome="running" if running else _OUTCOMES.get(history.result, "failed"),
        changes=len(history.states),
        done=len(history.ids(State.DONE)) + len(history.ids(State.VERIFIED)),
        by=history.by,
    )


def _between(start: str, end: str) -> float | None:
    """None where the clock was set back in between."""
    passed = datetime.fromisoformat(end).astimezone(UTC) - datetime.fromisoformat(start).astimezone(UTC)
    return passed.total_seconds() if passed >= timedelta() else None
