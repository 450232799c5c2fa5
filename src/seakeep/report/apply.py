"""`seakeep apply`, `resume`, `reset` and `up`: what was done, how long each phase took, and the proof."""

from seakeep.core.errors import Exit
from seakeep.core.finding import Finding
from seakeep.core.verdict import Verdict
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line, seconds, steps
from seakeep.report.findings import problems, rows, verdict_of
from seakeep.report.model import Part, Report, exit_of
from seakeep.report.probe import ProbeSummary
from seakeep.report.status import StatusReport


class PhaseTime(Part, frozen=True, kw_only=True):
    """How long a phase took, waiting included."""

    title: str
    seconds: float


class ApplyReport(Report, frozen=True, kw_only=True, tag="Apply"):
    """A run that came to its end. `probe` is what clients noticed of the machines' part, null where nothing was
    restarted there; `proof` holds the real work done through the endpoint afterwards; `left_out` are the machines that
    did not answer and that it went on without."""

    cluster_name: str
    changes: int
    phases: tuple[PhaseTime, ...]
    run_dir: str
    probe: ProbeSummary | None = None
    proof: tuple[Finding, ...] = ()
    next_steps: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """PASS where nothing had to be proven, otherwise what the proof says."""
        return verdict_of(self.proof) if self.proof else Verdict.PASS

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        return (
            *_phases(self.phases),
            *_proof(self.proof),
            *(self.probe.document() if self.probe is not None else ()),
            BLANK,
            _end(self.changes, self.run_dir),
            *_left_out(self.left_out),
            *steps("Next", self.next_steps),
        )


class UpReport(Report, frozen=True, kw_only=True, tag="Up"):
    """From nothing to a running cluster: every phase of it, and how the cluster is now."""

    cluster_name: str
    phases: tuple[PhaseTime, ...]
    changes: int
    status: StatusReport
    run_dir: str
    probe: ProbeSummary | None = None
    proof: tuple[Finding, ...] = ()
    next_steps: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        proof = exit_of(verdict_of(self.proof)) if self.proof else Exit.OK
        return proof if proof is not Exit.OK else self.status.exit_code

    def document(self) -> Document:
        return (
            *self.status.document(),
            BLANK,
            *_phases(self.phases),
            *_proof(self.proof),
            *(self.probe.document() if self.probe is not None else ()),
            BLANK,
            _end(self.changes, self.run_dir),
            *steps("Three things to try next", self.next_steps),
        )


class DrainReport(Report, frozen=True, kw_only=True, tag="Drain"):
    """A node that has no pods left that could run elsewhere, and takes no new ones."""

    cluster_name: str
    node: str
    run_dir: str = ""

    def document(self) -> Document:
        return (
            line(f"{self.node} is drained and cordoned", Tone.GOOD),
            line(f"seakeep kubectl -- uncordon {self.node}   takes it back", Tone.FAINT, indent=2),
        )


class ResetReport(Report, frozen=True, kw_only=True, tag="Reset"):
    """What was taken off the machines. `kept` names what was left on purpose."""

    cluster_name: str
    machines: tuple[str, ...]
    kept: tuple[str, ...] = ()
    run_dir: str = ""

    def document(self) -> Document:
        kept = f"; kept: {', '.join(self.kept)}" if self.kept else ""
        return (
            line(f"{self.cluster_name}: taken off {len(self.machines)} machines{kept}", Tone.GOOD),
            line(", ".join(self.machines), Tone.FAINT, indent=2),
        )


def _phases(phases: tuple[PhaseTime, ...]) -> Document:
    if not phases:
        return ()
    total = sum(phase.seconds for phase in phases)
    return (
        Table(
            title="Time per phase",
            columns=("phase", "time", "share"),
            right=frozenset({"time", "share"}),
            rows=(
                *(
                    (
                        Cell(phase.title),
                        Cell(seconds(phase.seconds)),
                        Cell(f"{phase.seconds / total:.0%}" if total else ""),
                    )
                    for phase in phases
                ),
                (Cell("all", Tone.TITLE), Cell(seconds(total), Tone.TITLE), Cell("")),
            ),
        ),
    )


def _proof(proof: tuple[Finding, ...]) -> Document:
    if not proof:
        return ()
    table = Table(title="Proof", columns=("verdict", "what was tried", "evidence"), rows=rows(proof))
    failed = () if verdict_of(proof) is Verdict.PASS else (BLANK, *problems(proof, title="Not proven"))
    return (BLANK, table, *failed)


def _end(changes: int, run_dir: str) -> Line:
    return Line((_done(changes), *((Cell(f"run: {run_dir}", Tone.FAINT),) if run_dir else ())))


def _left_out(names: tuple[str, ...]) -> Document:
    if not names:
        return ()
    return (line(f"left as it was, because it did not answer: {', '.join(names)}", Tone.WARN),)


def _done(changes: int) -> Cell:
    if changes == 0:
        return Cell("nothing had to change", Tone.GOOD)
    return Cell(f"{changes} change{'s' if changes != 1 else ''} made", Tone.GOOD)
