"""One HTML page that needs nothing else: for people who get it as an attachment."""

from html import escape

from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport
from seakeep.report.faces import inert

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.05rem;margin:1.6rem 0 .3rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.3rem .6rem;
border-bottom:1px solid #ddd}code{font-size:.9em;overflow-wrap:anywhere}.FAIL{color:#b00020}.UNKNOWN{color:#8a3ffc}
.PASS{color:#0a7a33}.WAIVED,.NOT_APPLICABLE{color:#666}
@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#16181c}td,th{border-color:#333}}
"""


def text(report: CheckReport) -> str:
    """The page."""
    summary = report.summary
    numbers = (
        "not assessed: nothing was given that a check is about"
        if report.readiness is None or report.coverage is None
        else f"readiness {report.readiness:.2%} = {summary.passed} passed of {summary.applicable} applicable; "
        f"coverage {report.coverage:.2%}; {summary.failed} failed, {summary.unknown} unknown, {summary.waived} waived"
    )
    groups: dict[str, list[CheckFinding]] = {}
    for each in report.findings:
        groups.setdefault(each.id, []).append(each)
    body = "".join(_group(found) for _, found in sorted(groups.items()))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Seakeep check</title>'
        f"<style>{_STYLE}</style></head>"
        f'<body><h1>Seakeep check: <span class="{report.verdict}">{report.verdict}</span></h1>'
        f"<p>{escape(numbers)}</p>{body or '<p>No findings.</p>'}</body></html>\n"
    )


def _group(found: list[CheckFinding]) -> str:
    first = found[0]
    fix = f"<p>Fix: {_said(first.remediation)}</p>" if first.remediation else ""
    rows = "".join(_row(each) for each in found)
    return (
        f'<h2 id="{escape(first.id)}">{_said(f"{first.id} {first.title}")} ({first.severity})</h2>{fix}'
        f"<table><tr><th>verdict</th><th>what</th><th>where</th><th>why</th></tr>{rows}</table>"
    )


def _row(finding: CheckFinding) -> str:
    why = _said(finding.message)
    if finding.verdict is Verdict.WAIVED and finding.waiver is not None:
        waiver = finding.waiver
        why += f"<br>waived until {_said(waiver.expires)} by {_said(waiver.owner)}: {_said(waiver.reason)}"
    return (
        f'<tr><td class="{finding.verdict}">{finding.verdict}</td><td>{_said(str(finding.resource))}</td>'
        f"<td><code>{_said(finding.resource.place)}</code><br><code>{_said(finding.path)}</code></td><td>{why}</td></tr>"
    )


def _said(value: str) -> str:
    return escape(inert(value))
