"""`seakeep runs`: what was done to a cluster before, by whom, and whether it holds."""

from seakeep.core.change import Risk
from seakeep.core.errors import Exit
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line, seconds, verdict_cell
from seakeep.report.findings import problems, rows, verdict_of
from seakeep.report.model import Part, Report, exit_of

_TONE = {"done": Tone.GOOD, "failed": Tone.BAD, "interrupted": Tone.WARN, "running": Tone.UNKNOWN}


class RunRow(Part, frozen=True, kw_only=True):
    """One run. `outcome`: done, failed, interrupted (by Ctrl-C or a crash), running, unreadable (`error` says why).
    `seconds` is null while it runs. `by` is user@computer of the newest attempt."""

    id: str
    verb: str
    started_at: str
    seconds: float | None
    outcome: str
    changes: int
    done: int
    by: str = ""
    error: str = ""


class RunsReport(Report, frozen=True, kw_only=True, tag="Runs"):
    """A cluster's runs, the newest first."""

    cluster_name: str
    runs: tuple[RunRow, ...]

    @property
    def exit_code(self) -> Exit:
        return Exit.UNDECIDED if any(run.outcome == "unreadable" for run in self.runs) else Exit.OK

    def document(self) -> Document:
        if not self.runs:
            return (line(f"{self.cluster_name}: no runs yet"),)
        return (
            Table(
                columns=("run", "verb", "started", "by", "time", "outcome", "changes made"),
                right=frozenset({"time"}),
                rows=tuple(
                    (
                        Cell(run.id),
                        Cell(run.verb),
                        Cell(run.started_at),
                        Cell(run.by),
                        Cell("" if run.seconds is None else seconds(run.seconds)),
                        Cell(run.outcome, _TONE.get(run.outcome, Tone.UNKNOWN)),
                        Cell(run.error or f"{run.done} of {run.changes}"),
                    )
                    for run in self.runs
                ),
            ),
        )


class RunAttempt(Part, frozen=True, kw_only=True):
    """A run is attempted once, and again each time it is resumed. `result` is empty where the process was killed."""

    started_at: str
    by: str
    planned: int
    ended_at: str = ""
    result: str = ""
    error: str = ""


class RunChange(Part, frozen=True, kw_only=True):
    """One change of a run. `state`: done; verified (a later attempt saw on the machine that it holds); started
    (ambiguous: it may have happened); pending; failed."""

    id: str
    host: str
    phase: str
    what: str
    why: str
    risk: Risk
    state: str
    started_at: str = ""
    seconds: float | None = None
    error: str = ""


class RunReport(Report, frozen=True, kw_only=True, tag="Run"):
    """One run from its journal. `folder` holds spec, plan, journal, facts, report and log. `notes` are decisions that
    were worth keeping, such as a lock that was broken."""

    run: RunRow
    folder: str
    changes: tuple[RunChange, ...]
    attempts: tuple[RunAttempt, ...] = ()
    notes: tuple[str, ...] = ()

    def document(self) -> Document:
        tones = {"done": Tone.GOOD, "verified": Tone.GOOD, "failed": Tone.BAD, "started": Tone.WARN}
        run = self.run
        resume = (
            (BLANK, line(f"seakeep resume {run.id} goes on from there"))
            if run.outcome in ("failed", "interrupted")
            else ()
        )
        return (
            Line((Cell(run.outcome, _TONE.get(run.outcome, Tone.PLAIN)), Cell(f"{run.verb} {run.id}", Tone.TITLE))),
            line(f"started {run.started_at}; {run.done} of {run.changes} changes made; {self.folder}"),
            *(line(_attempt(each), indent=2) for each in self.attempts),
            *(line(note, indent=2) for note in self.notes),
            BLANK,
            Table(
                columns=("state", "host", "phase", "what", "why", "started", "time", "error"),
                right=frozenset({"time"}),
                rows=tuple(
                    (
                        Cell(change.state, tones.get(change.state, Tone.PLAIN)),
                        Cell(change.host),
                        Cell(change.phase),
                        Cell(change.what),
                        Cell(change.why),
                        Cell(change.started_at),
                        Cell("" if change.seconds is None else seconds(change.seconds)),
                        Cell(change.error),
                    )
                    for change in self.changes
                ),
            ),
            *resume,
        )


def _attempt(attempt: RunAttempt) -> str:
    end = f"{attempt.result} at {attempt.ended_at}" if attempt.result else "did not come to an end"
    said = f": {attempt.error.splitlines()[0]}" if attempt.error else ""
    return f"{attempt.started_at} by {attempt.by}: {attempt.planned} changes planned; {end}{said}"


class RunJudgement(Report, frozen=True, kw_only=True, tag="RunJudgement"):
    """What a stored run is worth, judged from its folder alone."""

    run_id: str
    folder: str
    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> Verdict:
        """PASS when everything planned was made, the run came to its end and its proof passed."""
        return verdict_of(self.findings)

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        return (
            Line((verdict_cell(self.verdict), Cell(self.run_id, Tone.TITLE), Cell(self.folder))),
            BLANK,
            Table(columns=("verdict", "question", "answer"), rows=rows(self.findings)),
            *problems(tuple(f for f in self.findings if f.verdict is not Verdict.PASS), title="What stands against it"),
        )
