"""`seakeep state`: what the operator's folder holds, and where it was taken."""

from seakeep.core.errors import Exit
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line
from seakeep.report.model import Part, Report


class StateReport(Report, frozen=True, kw_only=True, tag="State"):
    """What a state folder holds. `authority` is the sha256 of the cluster's authority, '' where there is none;
    `missing` is what an apply would issue; `unsafe` is what others could have read."""

    cluster_name: str
    folder: str
    authority: str
    values: int
    size_bytes: int
    runs: int
    newest_run: str
    etcd_members: tuple[str, ...]
    missing: tuple[str, ...]
    unsafe: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        return Exit.NEGATIVE if self.unsafe else Exit.OK

    def document(self) -> Document:
        rows = (
            ("authority (sha256)", self.authority or "none yet"),
            ("values", f"{self.values}, {self.size_bytes / 1024:.0f} KiB"),
            ("runs", f"{self.runs}, the newest {self.newest_run}" if self.runs else "none"),
            ("etcd members", ", ".join(self.etcd_members) or "not seen whole yet"),
            ("missing", ", ".join(self.missing) or "nothing"),
        )
        return (
            Line((Cell(self.cluster_name, Tone.TITLE), Cell(self.folder))),
            Table(columns=("what", "is"), rows=tuple((Cell(name), Cell(value)) for name, value in rows)),
            *(line(each, Tone.BAD) for each in self.unsafe),
        )


class StateTransferReport(Report, frozen=True, kw_only=True, tag="StateTransfer"):
    """A folder that was exported to, or imported from, a file. `kept` is where the folder of before lies now."""

    cluster_name: str
    direction: str
    file: str
    folder: str
    authority: str
    values: int
    made: str
    by: str
    kept: str = ""

    def document(self) -> Document:
        way = f"{self.folder} -> {self.file}" if self.direction == "export" else f"{self.file} -> {self.folder}"
        return (
            Line((Cell(self.direction, Tone.GOOD), Cell(self.cluster_name, Tone.TITLE), Cell(way))),
            line(f"{self.values} values, made {self.made} by {self.by}"),
            line(f"authority (sha256) {self.authority or 'none yet'}: compare it with the other side"),
            *((line(f"the folder of before is kept: {self.kept}"),) if self.kept else ()),
        )


class RecoveredValue(Part, frozen=True, kw_only=True):
    """One value that the folder lacked. `source` is machine:path; `problem` says why it was not brought back."""

    name: str
    source: str = ""
    problem: str = ""


class RecoveryReport(Report, frozen=True, kw_only=True, tag="StateRecovery"):
    """What was brought back from the machines, and what was not."""

    cluster_name: str
    folder: str
    values: tuple[RecoveredValue, ...]

    @property
    def exit_code(self) -> Exit:
        return Exit.NEGATIVE if any(each.problem for each in self.values) else Exit.OK

    def document(self) -> Document:
        if not self.values:
            return (line(f"{self.folder} lacks nothing that cannot be issued again", Tone.GOOD),)
        return (
            Table(
                columns=("value", "brought back from", "or not, because"),
                rows=tuple(
                    (Cell(v.name), _or_none(v.source, Tone.GOOD), _or_none(v.problem, Tone.BAD)) for v in self.values
                ),
            ),
            BLANK,
            line("everything else is issued again, or found out, by `seakeep apply`"),
        )


def _or_none(text: str, tone: Tone) -> Cell:
    """An empty cell says nothing good or bad."""
    return Cell(text, tone) if text else Cell("")
