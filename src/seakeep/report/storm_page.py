"""The page of a storm: one HTML file that needs nothing else, readable in print and without colour."""

from html import escape

from seakeep.core.verdict import Verdict
from seakeep.report.document import seconds
from seakeep.report.storm import InjectionRow, StormReport
from seakeep.report.timeline import timeline

_STYLE = """
body{font:15px/1.45 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{border-bottom:1px solid #bbb;padding:.3rem .5rem;
text-align:left;vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}
.v{font-weight:700;white-space:nowrap}.w{white-space:nowrap}code{font-size:.9em}svg{width:100%;height:auto}
figure{margin:1rem 0}
@media print{body{margin:0;max-width:none}h2{break-after:avoid}figure,tr{break-inside:avoid}}
"""
_SIGN = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.UNKNOWN: "?"}


def page(report: StormReport) -> str:
    """The whole page."""
    title = f"Storm {report.run}: {report.verdict.value}"
    parts = [
        f"<h1>{_verdict(report.verdict)} Storm of {escape(report.cluster_name)}</h1>",
        (
            f"<p>Run <code>{escape(report.run)}</code>, begun {escape(report.started_at)}, {seconds(report.seconds)}. "
            f"To repeat it: {_command(_again(report))}</p>"
        ),
        *((f"<p>{escape(report.note[:1].upper() + report.note[1:])}.</p>",) if report.note else ()),
        "<h2>What happened</h2>",
        f"<figure>{timeline(report)}</figure>",
        "<h2>Predictions and observations</h2>",
        _injections(report.injections),
        "<h2>The run as a whole</h2>",
        _findings(report),
        "<h2>The ledger</h2>",
        (
            f"<p>{report.ledger.acknowledged} writes acknowledged, {report.ledger.refused} refused, "
            f"{report.ledger.ambiguous} ambiguous, {report.ledger.deletes} deletes, "
            f"over {report.ledger.keys} objects.</p>"
        ),
        "<h2>Every probe</h2>",
        *(_probes(row) for row in report.injections),
    ]
    if report.changes:
        items = "".join(f"<li>{escape(change)}</li>" for change in report.changes)
        parts.append(f"<h2>Changes of leaders</h2><ul>{items}</ul>")
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>\n"
        + "\n".join(parts)
        + "\n</body></html>\n"
    )


def _again(report: StormReport) -> str:
    if report.suite:
        return f"seakeep storm suite {report.suite} --seed {report.seed}"
    wanted = " ".join(f"{row.experiment}@{row.word}" for row in report.injections)
    return f"seakeep storm run {wanted} --seed {report.seed}"


def _command(text: str) -> str:
    """A command that is broken between its words only: `--seed` has to stay whole."""
    return "<code>" + " ".join(f'<span class="w">{escape(word)}</span>' for word in text.split()) + "</code>"


def _verdict(verdict: Verdict) -> str:
    return f'<span class="v">{_SIGN.get(verdict, "–")} {verdict.value}</span>'


def _time(value: float | None) -> str:
    return "–" if value is None else seconds(value)


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value * 1000:.0f} ms"


def _injections(rows: tuple[InjectionRow, ...]) -> str:
    heads = "".join(
        f'<th class="{kind}">{text}</th>'
        for text, kind in (
            ("Verdict", ""), ("Fault", ""), ("To whom", ""), ("The design says", ""), ("Write gap", "n"),
            ("promised", "n"), ("Read gap", "n"), ("promised", "n"), ("Healthy after", "n"),
        )
    )  # fmt: skip
    body = []
    for row in rows:
        says = "survives" if row.survives else "does not survive" if row.survives is not None else "–"
        after = row.recovered - row.injected if row.recovered is not None and row.injected is not None else None
        numbers = (row.write_gap, row.promised_write_gap, row.read_gap, row.promised_read_gap, after)
        body.append(
            f"<tr><td>{_verdict(row.verdict)}</td><td>{escape(row.title)}<br><code>{row.experiment}</code></td>"
            f"<td>{escape(', '.join(row.targets) or row.word)}</td><td>{says}: {escape(row.why)}</td>"
            + "".join(f'<td class="n">{_time(number)}</td>' for number in numbers)
            + f'</tr><tr><td></td><td colspan="8">{escape(row.message)}</td></tr>'
        )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def _findings(report: StormReport) -> str:
    rows = "".join(
        f"<tr><td>{_verdict(each.verdict)}</td><td>{escape(each.title)}</td><td>{escape(each.message)}</td></tr>"
        for each in report.findings
        if not each.where
    )
    return f"<table><tbody>{rows}</tbody></table>"


def _probes(row: InjectionRow) -> str:
    heads = "".join(
        f'<th class="{kind}">{text}</th>'
        for text, kind in (
            ("Probe", ""), ("sent", "n"), ("failed", "n"), ("not seen", "n"), ("median", "n"), ("p99", "n"),
            ("longest gap", "n"), ("first failure after", "n"), ("gap over after", "n"),
        )
    )  # fmt: skip
    body = "".join(
        f"<tr><td>{each.verb} {escape(each.target)}</td>"
        + "".join(f'<td class="n">{number}</td>' for number in (each.sent, each.failed, each.unseen))
        + "".join(f'<td class="n">{_ms(value)}</td>' for value in (each.median, each.p99))
        + "".join(f'<td class="n">{_time(value)}</td>' for value in (each.gap, each.detected, each.recovered))
        + "</tr>"
        for each in row.series
    )
    name = f"{row.experiment} at {', '.join(row.targets) or row.word}"
    return f"<h3>{escape(name)}</h3><table><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
