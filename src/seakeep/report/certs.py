"""`seakeep certs list`: every certificate of a cluster, where it lies, who uses it, and what is wrong with it."""

from seakeep.core.errors import Exit
from seakeep.core.verdict import Verdict
from seakeep.report.apply import ApplyReport
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line, span, steps, verdict_cell
from seakeep.report.model import Part, Report, Unanswered, exit_of


class Place(Part, frozen=True, kw_only=True):
    """A file that holds the certificate. `machine` is `operator` for the state folder; `matches` says whether it is the
    one of the state folder, null where that could not be found out."""

    machine: str
    path: str
    used_by: tuple[str, ...] = ()
    matches: bool | None


class Served(Part, frozen=True, kw_only=True):
    """A port at which it is shown. `matches` says whether it is the one on that machine's disk."""

    machine: str
    component: str
    address: str
    matches: bool | None
    reason: str = ""


class CertificateRow(Part, frozen=True, kw_only=True):
    """One certificate. `kind`: `authority`, `leaf`, `kubelet` for those that kubelets get from the cluster, or
    `kubeconfig` for one inside a kubeconfig. What is null is not known. `remaining_seconds` is negative once it has
    ended."""

    name: str
    kind: str
    subject: str | None
    sans: tuple[str, ...] = ()
    issuer: str | None
    serial: str | None
    not_before: str | None
    not_after: str | None
    remaining_seconds: int | None
    verdict: Verdict
    problems: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    served: tuple[Served, ...] = ()


class RotationRow(Part, frozen=True, kw_only=True):
    """A replacement of an authority that is under way."""

    authority: str
    stage: str


class CertificatesReport(Report, frozen=True, kw_only=True, tag="Certificates"):
    """All of them, the nearest end first; with `named`, those that were asked for, which are shown whole."""

    verdict: Verdict
    cluster_name: str
    checked_at: str
    certificates: tuple[CertificateRow, ...]
    rotations: tuple[RotationRow, ...] = ()
    errors: tuple[Unanswered, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        if self.named:
            return tuple(block for row in self.certificates for block in (*_whole(row), BLANK))[:-1]
        wrong = [row for row in self.certificates if row.problems]
        return (
            Line((verdict_cell(self.verdict), Cell(self.cluster_name, Tone.TITLE), Cell(f"at {self.checked_at}"))),
            BLANK,
            Table(
                columns=("certificate", "on", "subject", "issuer", "ends", "left", "served", "verdict"),
                right=frozenset({"left"}),
                rows=tuple(_row(row) for row in self.certificates),
            ),
            *(
                line(f"{each.authority}: being replaced, at the stage {each.stage}", Tone.WARN)
                for each in self.rotations
            ),
            *((BLANK, line("Problems", Tone.TITLE)) if wrong else ()),
            *(
                line(f"{row.name}: {problem}", verdict_cell(row.verdict).tone, indent=2)
                for row in wrong
                for problem in row.problems
            ),
            *((BLANK, line("Could not be found out", Tone.TITLE)) if self.errors else ()),
            *(line(f"{each.subject}: {each.reason}", Tone.UNKNOWN, indent=2) for each in self.errors),
        )


class RenewReport(Report, frozen=True, kw_only=True, tag="Renewal"):
    """What was issued anew, by its name in the state folder, and the run that brought it to the machines."""

    cluster_name: str
    renewed: tuple[str, ...]
    applied: ApplyReport

    @property
    def exit_code(self) -> Exit:
        return self.applied.exit_code

    def document(self) -> Document:
        count = len(self.renewed)
        return (
            *self.applied.document(),
            line(f"{count} certificate{'' if count == 1 else 's'} renewed", Tone.GOOD),
        )


class StageDone(Part, frozen=True, kw_only=True):
    """A stage of a rotation that has reached every machine."""

    stage: str
    authorities: tuple[str, ...]
    applied: ApplyReport


class RotationReport(Report, frozen=True, kw_only=True, tag="Rotation"):
    """What was done, stage by stage. `open` are the rotations that go on with the next call."""

    cluster_name: str
    stages: tuple[StageDone, ...]
    open: tuple[RotationRow, ...] = ()
    next_steps: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        codes = [each.applied.exit_code for each in self.stages]
        return next((code for code in codes if code is not Exit.OK), Exit.OK)

    def document(self) -> Document:
        return (
            *(block for each in self.stages for block in _stage(each)),
            *(line(f"{each.authority}: stands at {each.stage}", Tone.WARN) for each in self.open),
            *(() if self.open else (line("nothing is being replaced any more", Tone.GOOD),)),
            *steps("Next", self.next_steps),
        )


def _stage(done: StageDone) -> Document:
    title = f"{done.stage}: {', '.join(done.authorities)}"
    return (line(title, Tone.TITLE), *done.applied.document(), BLANK)


def _whole(row: CertificateRow) -> Document:
    """Everything about one certificate."""
    left = row.remaining_seconds
    ends = "unknown" if left is None else f"{span(left)} left" if left > 0 else "ended"
    facts = (
        ("subject", row.subject or "unknown"),
        *(("name", name) for name in row.sans),
        ("issuer", row.issuer or "unknown"),
        ("serial", row.serial or "unknown"),
        ("valid", f"from {row.not_before or 'unknown'} to {row.not_after or 'unknown'}, {ends}"),
        *(("file", _place(place)) for place in row.places),
        *(("served", _port(port)) for port in row.served),
    )
    return (
        Line((verdict_cell(row.verdict), Cell(row.name, Tone.TITLE), Cell(row.kind, Tone.FAINT))),
        *(Line((Cell(f"{label:7}", Tone.FAINT), Cell(text)), indent=2) for label, text in facts),
        *(line(problem, verdict_cell(row.verdict).tone, indent=2) for problem in row.problems),
    )


def _place(place: Place) -> str:
    used = f", used by {', '.join(place.used_by)}" if place.used_by else ""
    another = ", NOT the one of the state folder" if place.matches is False else ""
    return f"{place.machine}: {place.path}{used}{another}"


def _port(port: Served) -> str:
    unknown = f"unknown: {port.reason or 'what lies on the disk could not be read'}"
    says = {True: "the one on the disk", False: "NOT the one on the disk", None: unknown}
    return f"{port.machine}: {port.component} at {port.address}, {says[port.matches]}"


def _row(row: CertificateRow) -> tuple[Cell, ...]:
    machines = sorted({place.machine for place in row.places} - {"operator"}) or ["operator"]
    where = machines[0] if len(machines) == 1 else f"{len(machines)} machines"
    left = row.remaining_seconds
    return (
        Cell(row.name),
        Cell(where),
        Cell(row.subject or "unknown"),
        Cell(row.issuer or "unknown"),
        Cell(row.not_after or "unknown"),
        Cell("unknown", Tone.UNKNOWN) if left is None else Cell(span(left) if left > 0 else "ended"),
        Cell(", ".join(each.address.rpartition(":")[2] for each in row.served) or "-"),
        verdict_cell(row.verdict),
    )
