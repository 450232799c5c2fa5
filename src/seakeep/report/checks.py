"""`seakeep checks list` and `seakeep explain`: what the checks say about themselves."""

from collections.abc import Mapping

import msgspec

from seakeep.core.finding import Severity
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line
from seakeep.report.model import Part, Report


class CheckRow(Part, frozen=True, kw_only=True):
    """A check. `docs` has `what`, `why`, `evidence` and `fix`; `equivalents` are ids of other tools, `tool:id`.
    `fixable` says that `check --fix` writes what has one right answer."""

    id: str
    title: str
    severity: Severity
    since: str
    scope: str
    needs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    remediation: str = ""
    equivalents: tuple[str, ...] = ()
    fixable: bool = False
    must_hold: str = ""
    docs: Mapping[str, str] = msgspec.field(default_factory=dict)


class ChecksReport(Report, frozen=True, kw_only=True, tag="Checks"):
    """All checks, by scope."""

    checks: tuple[CheckRow, ...]

    def document(self) -> Document:
        return (
            Table(
                columns=("id", "scope", "severity", "title"),
                rows=tuple(
                    (Cell(each.id), Cell(each.scope, Tone.FAINT), Cell(str(each.severity)), Cell(each.title))
                    for each in self.checks
                ),
            ),
            line(f"{len(self.checks)} checks", Tone.FAINT),
        )


class ExplainReport(Report, frozen=True, kw_only=True, tag="Explanation"):
    """One check."""

    check: CheckRow

    def document(self) -> Document:
        check = self.check
        rows: list[Line] = [line(f"{word}: {text}", indent=2) for word, text in check.docs.items()]
        if check.needs:
            rows.append(line(f"needs: {', '.join(check.needs)}", indent=2))
        for word, values in (("reference", check.references), ("covers", check.equivalents)):
            rows += [line(f"{word}: {value}", Tone.FAINT, indent=2) for value in values]
        return (
            Line((Cell(check.id, Tone.TITLE), Cell(check.title, Tone.TITLE))),
            line(f"{check.severity}, scope {check.scope}, since {check.since}", Tone.FAINT),
            line(check.must_hold),
            BLANK,
            *rows,
            line(f"when it fails: {check.remediation}", indent=2),
            *([line("`seakeep check PATH --fix` writes it", indent=2)] if check.fixable else ()),
        )
