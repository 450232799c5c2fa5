"""checks list, explain: what the checks say about themselves."""

from difflib import get_close_matches

from seakeep.checks.catalog import Entry, catalog
from seakeep.core.errors import UsageError
from seakeep.report.checks import CheckRow, ChecksReport, ExplainReport


def listed() -> ChecksReport:
    """All of them."""
    return ChecksReport(checks=tuple(_row(entry) for entry in catalog()))


def explained(id_: str) -> ExplainReport:
    """One of them. UsageError where there is none of that id."""
    by_id = {entry.check.id: entry for entry in catalog()}
    entry = by_id.get(id_.upper())
    if entry is None:
        near = get_close_matches(id_.upper(), by_id, n=1)
        hint = f"did you mean {near[0]}?" if near else "`seakeep checks list` has the ids"
        raise UsageError(f"no check is called {id_}", hint=hint)
    return ExplainReport(check=_row(entry))


def _row(entry: Entry) -> CheckRow:
    check = entry.check
    return CheckRow(
        id=check.id,
        title=check.title,
        severity=check.severity,
        since=check.since,
        scope=str(check.scope),
        needs=check.needs,
        references=check.references,
        remediation=check.remediation,
        equivalents=check.equivalents,
        fixable=check.fixable,
        must_hold=entry.sentence,
        docs={word.lower(): text for word, text in entry.parts},
    )
