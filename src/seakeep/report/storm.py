"""`seakeep storm`: what was broken, what was promised, what was seen, and the verdict."""

from seakeep.core.errors import Exit
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line, seconds, truth, verdict_cell
from seakeep.report.model import Part, Report, exit_of


class TimelineSpan(Part, frozen=True, kw_only=True):
    """Two moments, in seconds since the run began."""

    begin: float
    end: float


class SeriesRow(Part, frozen=True, kw_only=True):
    """One probe during one injection. `gap` is the longest time without a success; `spans` those in which requests
    failed. `detected` and `recovered` count from the injection: the first failure, and the end of the longest gap.
    `median` and `p99` are seconds of an answer; None where they fall on a failure."""

    verb: str
    target: str
    sent: int
    failed: int
    unseen: int
    gap: float
    detected: float | None
    recovered: float | None
    spans: tuple[TimelineSpan, ...] = ()
    median: float | None = None
    p99: float | None = None


class InjectionRow(Part, frozen=True, kw_only=True):
    """One injection: prediction against observation. Moments are seconds since the run began."""

    experiment: str
    title: str
    word: str
    targets: tuple[str, ...]
    verdict: Verdict
    message: str
    injected: float | None
    healed: float | None
    recovered: float | None
    survives: bool | None
    why: str
    promised_write_gap: float | None
    promised_read_gap: float | None
    write_gap: float | None
    read_gap: float | None
    rescheduled: float | None = None
    series: tuple[SeriesRow, ...] = ()


class LedgerTotals(Part, frozen=True, kw_only=True):
    """How the ledger's writes ended."""

    acknowledged: int
    refused: int
    ambiguous: int
    deletes: int
    keys: int


class StormReport(Report, frozen=True, kw_only=True, tag="Storm"):
    """A whole run. `folder` holds its schedule, history, and this report as a page."""

    verdict: Verdict
    cluster_name: str
    run: str
    folder: str
    suite: str
    seed: int
    started_at: str
    seconds: float
    injections: tuple[InjectionRow, ...]
    ledger: LedgerTotals
    changes: tuple[str, ...] = ()
    note: str = ""
    findings: tuple[Finding, ...] = ()

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        whole = [each for each in self.findings if not each.where]
        return (
            Line(
                (
                    verdict_cell(self.verdict),
                    Cell(self.cluster_name, Tone.TITLE),
                    Cell(self.run),
                    Cell(f"seed {self.seed}"),
                )
            ),
            *((line(self.note),) if self.note else ()),
            BLANK,
            _injections(self.injections),
            Table(
                title="The run as a whole",
                columns=("", "what", "evidence"),
                rows=tuple((verdict_cell(each.verdict), Cell(each.title), Cell(each.message)) for each in whole),
            ),
            *(
                line(f"{row.experiment}: {row.message}", Tone.BAD)
                for row in self.injections
                if row.verdict is Verdict.FAIL
            ),
            *(
                line(f"{row.experiment}: {row.message}", Tone.UNKNOWN)
                for row in self.injections
                if row.verdict is Verdict.UNKNOWN
            ),
            line(f"{seconds(self.seconds)}; {self.folder}/report.html", Tone.FAINT),
        )


def _injections(rows: tuple[InjectionRow, ...]) -> Table:
    return Table(
        title="Predictions and observations",
        columns=("", "fault", "to whom", "survives", "write gap", "promised", "read gap", "recovered"),
        right=frozenset({"write gap", "promised", "read gap", "recovered"}),
        rows=tuple(
            (
                verdict_cell(row.verdict),
                Cell(row.experiment),
                Cell(", ".join(row.targets) or row.word),
                truth(row.survives, yes="promised", no="not promised"),
                _time(row.write_gap),
                _time(row.promised_write_gap),
                _time(row.read_gap),
                _time(row.recovered - row.injected if row.recovered is not None and row.injected is not None else None),
            )
            for row in rows
        ),
    )


def _time(value: float | None) -> Cell:
    return Cell("-", Tone.FAINT) if value is None else Cell(seconds(value))


class HealRow(Part, frozen=True, kw_only=True):
    """One thing that an earlier run left."""

    where: str
    what: str
    healed: bool
    reason: str = ""


class HealReport(Report, frozen=True, kw_only=True, tag="StormHeal"):
    """What was undone. Nothing to undo is as wanted."""

    cluster_name: str
    rows: tuple[HealRow, ...]

    @property
    def exit_code(self) -> Exit:
        return Exit.OK if all(row.healed for row in self.rows) else Exit.PARTIAL

    def document(self) -> Document:
        if not self.rows:
            return (line("nothing was left behind", Tone.GOOD),)
        return (
            Table(
                columns=("", "where", "what", "why not"),
                rows=tuple(
                    (
                        truth(row.healed, yes="healed", no="not healed"),
                        Cell(row.where),
                        Cell(row.what),
                        Cell(row.reason),
                    )
                    for row in self.rows
                ),
            ),
        )


class ExperimentRow(Part, frozen=True, kw_only=True):
    """One experiment that there is."""

    id: str
    title: str
    target: str
    radius: str
    seconds: float
    needs: str
    steady_state: str
    about: str = ""
    no_writes: float = 0.0
    outside: float = 0.0
    roles: tuple[str, ...] = ()


class ExperimentsReport(Report, frozen=True, kw_only=True, tag="Experiments"):
    """All of them, and the suites as (name, minutes, what)."""

    experiments: tuple[ExperimentRow, ...]
    suites: tuple[tuple[str, int, str], ...]

    def document(self) -> Document:
        return (
            Table(
                columns=("experiment", "what", "aimed at", "radius", "lasts", "needs"),
                right=frozenset({"lasts"}),
                rows=tuple(
                    (Cell(e.id), Cell(e.title), Cell(e.target), Cell(e.radius), Cell(seconds(e.seconds)), Cell(e.needs))
                    for e in self.experiments
                ),
            ),
            Table(
                title="Suites",
                columns=("suite", "minutes", "what"),
                right=frozenset({"minutes"}),
                rows=tuple((Cell(name), Cell(str(minutes)), Cell(about)) for name, minutes, about in self.suites),
            ),
        )


class ExperimentReport(Report, frozen=True, kw_only=True, tag="Experiment"):
    """One of them."""

    experiment: ExperimentRow

    def document(self) -> Document:
        e = self.experiment
        rows = (
            ("Steady state", f"while nothing is broken, {e.steady_state}"),
            ("Aimed at", f"{e.target} of {', '.join(e.roles) or 'all machines'}"),
            ("Blast radius", e.radius),
            ("Lasts", seconds(e.seconds)),
            (
                "Stops itself",
                f"after {e.no_writes:g} s without a write at the endpoint, or {e.outside:g} s of a probe outside",
            ),
            ("Needs", e.needs or "nothing but SSH"),
        )
        return (
            line(e.title, Tone.TITLE),
            line(e.about),
            BLANK,
            Table(columns=("", ""), rows=tuple((Cell(name, Tone.FAINT), Cell(text)) for name, text in rows)),
        )
