"""`seakeep convert`: which objects have to change for a release, and what a person must decide."""

from seakeep.core.errors import Exit
from seakeep.core.verdict import Verdict
from seakeep.report.document import Cell, Document, Line, Table, Tone, line, verdict_cell
from seakeep.report.model import Part, Report, exit_of


class DecisionRow(Part, frozen=True, kw_only=True):
    """Something that is not decided here. `must`: the object is not right before; else it is only said."""

    path: str
    line: int
    message: str
    must: bool


class ConversionRow(Part, frozen=True, kw_only=True):
    """One object whose version has to change. `to` is empty where nothing takes the place of its version. FAIL where a
    person must decide something."""

    file: str
    line: int
    object: str
    version: str
    to: str
    verdict: Verdict
    decisions: tuple[DecisionRow, ...] = ()


class ConvertReport(Report, frozen=True, kw_only=True, tag="Convert"):
    """Objects with an outdated version; those that are fine are counted only. `refused` are files that are written in a
    way that a person has to edit, with the reason. `unread` is what could not be read. `second`: kubectl-convert was on
    the PATH, and what it makes of each object was compared."""

    verdict: Verdict
    target: str
    objects: int
    conversions: tuple[ConversionRow, ...] = ()
    refused: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    written: bool = False
    second: bool = False

    @property
    def exit_code(self) -> Exit:
        """Negative where something is left to a person."""
        return exit_of(self.verdict)

    def document(self) -> Document:
        parts: list[Line | Table] = []
        if self.conversions:
            parts.append(
                Table(
                    columns=("", "object", "where", "from", "to"),
                    rows=tuple(
                        (
                            verdict_cell(each.verdict),
                            Cell(each.object),
                            Cell(f"{each.file}:{each.line}", Tone.FAINT),
                            Cell(each.version),
                            Cell(each.to or "nothing"),
                        )
                        for each in self.conversions
                    ),
                )
            )
        for each in self.conversions:
            for decision in each.decisions:
                tone = Tone.WARN if decision.must else Tone.FAINT
                word = "decide" if decision.must else "note"
                parts.append(line(f"{word}: {each.file}:{decision.line}: {decision.message}", tone))
        parts += [line(f"not converted: {each}", Tone.WARN) for each in self.refused]
        parts += [line(f"not read: {each}", Tone.WARN) for each in self.unread]
        if self.conversions:
            told = (
                "compared with kubectl-convert" if self.second else "kubectl-convert is not on the PATH: not compared"
            )
            parts.append(line(told, Tone.FAINT))
        done = "were rewritten" if self.written else "have to change"
        parts.append(line(f"{len(self.conversions)} of {self.objects} objects {done} for {self.target}", Tone.TITLE))
        return tuple(parts)
