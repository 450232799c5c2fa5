"""How a CheckReport is drawn: by check, the worst first, a few places each."""

from collections import Counter
from collections.abc import Iterator, Sequence

from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport, SurvivalRow
from seakeep.report.document import BLANK, Block, Cell, Document, Line, Table, Tone, line, truth, verdict_cell

NAMED = 4
"""How many losses that cost nothing are named before they are only counted."""

PLACES = 5
"""How many places a check's findings are shown with before they are only counted."""

_ORDER = {Tone.BAD: 0, Tone.UNKNOWN: 1, Tone.WARN: 2, Tone.PLAIN: 3, Tone.SKIPPED: 4}


def tone(finding: CheckFinding) -> Tone:
    """What the finding means to the reader."""
    if finding.verdict is Verdict.FAIL and finding.severity is not Severity.ERROR:
        return Tone.WARN if finding.severity is Severity.WARNING else Tone.PLAIN
    return verdict_cell(finding.verdict).tone


def check_view(report: CheckReport) -> Document:
    """The whole report."""
    head = (verdict_cell(report.verdict), Cell(report.cluster_name, Tone.TITLE), Cell(report.file))
    return (
        Line(tuple(cell for cell in head if cell.text)),
        *_numbers(report),
        BLANK,
        *_groups(report.findings),
        *_tail(report),
        *((BLANK, survival_table(report.survival)) if report.survival else ()),
    )


def _numbers(report: CheckReport) -> Iterator[Block]:
    summary = report.summary
    if report.readiness is None or report.coverage is None:
        yield line("not assessed: nothing was given that a check is about", Tone.UNKNOWN)
        return
    judged = summary.applicable - summary.unknown
    yield line(
        f"readiness {report.readiness:.2%} = {summary.passed} passed of {summary.applicable} applicable; "
        f"coverage {report.coverage:.2%} = {judged} judged of {summary.applicable}"
    )
    if summary.objects or summary.files:
        told = (_many(summary.checks, "check"), _many(summary.objects, "object"), _many(summary.files, "file"))
        yield line(", ".join(told), Tone.FAINT)
    if summary.waived:
        yield line(f"{_many(summary.waived, 'failure')} waived: in the numbers, not in the verdict", Tone.WARN)
    if summary.known:
        yield line(f"{_many(summary.known, 'finding')} in the baseline: not shown, not in the verdict", Tone.WARN)


def _many(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _groups(findings: Sequence[CheckFinding]) -> Iterator[Block]:
    """Findings of the same check and meaning stand together."""
    groups: dict[tuple[str, Tone], list[CheckFinding]] = {}
    for finding in findings:
        if tone(finding) in _ORDER and (finding.verdict is not Verdict.NOT_APPLICABLE or finding.review):
            groups.setdefault((finding.id, tone(finding)), []).append(finding)
    if groups:
        yield line("Findings", Tone.TITLE)
    for (id_, meaning), found in sorted(groups.items(), key=lambda item: (_ORDER[item[0][1]], item[0][0])):
        yield line(f"{id_}  {found[0].title}" + (f"  ({len(found)})" if len(found) > 1 else ""), meaning, indent=2)
        fixes = {finding.remediation for finding in found}
        for finding in found[:PLACES]:
            yield from _one(finding, alone=len(fixes) > 1)
        if len(found) > PLACES:
            yield line(f"and {len(found) - PLACES} more; -o json has all", Tone.FAINT, indent=6)
        if len(fixes) == 1 and found[0].remediation:
            yield line(f"fix: {found[0].remediation}", indent=6)


def _one(finding: CheckFinding, *, alone: bool) -> Iterator[Block]:
    yield line(finding.message, indent=6)
    resource = finding.resource
    subject = "" if resource.kind == "Cluster" else str(resource)
    parts = [subject, finding.path, f"({resource.place})" if resource.place and resource.line else resource.file]
    place = " ".join(filter(None, parts if resource.kind != "Cluster" or resource.line else parts[:2]))
    if place:
        yield line(f"at: {place}", Tone.FAINT, indent=6)
    if finding.waiver is not None:
        until = f"until {finding.waiver.expires}"
        yield line(f"waived {until} by {finding.waiver.owner}: {finding.waiver.reason}", indent=6)
    if alone and finding.remediation:
        yield line(f"fix: {finding.remediation}", indent=6)


def _tail(report: CheckReport) -> Iterator[Block]:
    summary = report.summary
    if summary.applicable:
        text = f"{summary.passed} passed" + (f", {summary.waived} waived" if summary.waived else "")
        clean = not summary.failed and not summary.unknown
        yield line(text, Tone.GOOD if clean else Tone.PLAIN, indent=2)


def survival_table(survival: tuple[SurvivalRow, ...]) -> Table:
    """Losses that end the same way stand in one row. Those that cost nothing are counted, the others named."""
    groups: dict[tuple[str, bool, bool, bool, str], list[str]] = {}
    for row in survival:
        key = (row.loss, row.etcd, row.api, row.workers, row.why)
        groups.setdefault(key, []).append(" + ".join(row.lost))
    totals = Counter(row.loss for row in survival)
    return Table(
        title="What the design survives",
        columns=("loss of a", "which", "etcd quorum", "api", "workers", "why"),
        rows=tuple(
            (
                Cell(loss),
                Cell(_which(lost, totals[loss], harmless=etcd and api and workers)),
                truth(etcd, yes="kept", no="lost"),
                truth(api, yes="answers", no="gone"),
                truth(workers, yes="left", no="none left"),
                Cell(why),
            )
            for (loss, etcd, api, workers, why), lost in groups.items()
        ),
    )


def _which(lost: list[str], total: int, *, harmless: bool) -> str:
    if not harmless or len(lost) <= NAMED:
        return ", ".join(lost)
    return f"any of {total}" if len(lost) == total else f"{len(lost)} of {total}: all but those named"
