"""`seakeep checks diff`: what two reports do not have in common."""

from seakeep.core.errors import Exit
from seakeep.report.check import CheckFinding
from seakeep.report.check_view import tone
from seakeep.report.document import Document, Line, Tone, line
from seakeep.report.model import Report


class CheckDiffReport(Report, frozen=True, kw_only=True, tag="CheckDiff"):
    """`new` are open findings that the first report does not have, `gone` those that the second no longer has."""

    new: tuple[CheckFinding, ...]
    gone: tuple[CheckFinding, ...]
    same: int

    @property
    def exit_code(self) -> Exit:
        """Something new that counts is a negative answer."""
        return Exit.NEGATIVE if any(each.counts for each in self.new) else Exit.OK

    def document(self) -> Document:
        return (
            line(f"{len(self.new)} new, {len(self.gone)} gone, {self.same} the same", Tone.TITLE),
            *(_line(each, "+", tone(each)) for each in self.new),
            *(_line(each, "-", Tone.GOOD) for each in self.gone),
        )


def _line(finding: CheckFinding, sign: str, meaning: Tone) -> Line:
    place = f" ({finding.resource.place})" if finding.resource.place else ""
    return line(f"{sign} {finding.id} {finding.resource}: {finding.message}{place}", meaning, indent=2)
