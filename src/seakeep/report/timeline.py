"""The timeline of a storm as inline SVG: faults above, and for each probe the stretches without an answer.

Nothing is told by colour alone: faults are hatched, gaps are filled and carry their length, recovery is dotted.
"""

from collections.abc import Callable
from html import escape

from seakeep.report.storm import StormReport

_WIDTH, _LEFT, _ROW, _TOP = 1000.0, 190.0, 22.0, 46.0
_CHARACTER = 5.5
"""The width of a figure in the bars' size of text."""

_SHOWN = 14
"""Probes at the most: those of the endpoint first, then those with the longest gaps."""


def timeline(report: StormReport) -> str:
    """The picture; an empty run gives an empty one."""
    total = max(report.seconds, 1.0)

    def x(moment: float) -> float:
        return round(_LEFT + (_WIDTH - _LEFT - 10) * min(max(moment / total, 0.0), 1.0), 1)

    rows = _rows(report)
    height = _TOP + _ROW * len(rows) + 34
    bottom = _TOP + _ROW * len(rows)
    drawn = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {height:.0f}" role="img" '
            f'font-family="system-ui,sans-serif" font-size="11" fill="#111">'
        ),
        f"<title>Timeline of {escape(report.run)}: faults, recoveries and the gaps of {len(rows)} probes</title>",
        (
            '<defs><pattern id="fault" width="6" height="6" patternUnits="userSpaceOnUse" '
            'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
            '<line x1="0" y1="0" x2="0" y2="6" stroke="#777" stroke-width="2"/>'
            "</pattern></defs>"
        ),
    ]
    for number, row in enumerate(report.injections, start=1):
        if row.injected is None:
            continue
        begin, end = x(row.injected), x(row.healed if row.healed is not None else total)
        over = x(row.recovered if row.recovered is not None else total)
        drawn += [
            (
                f'<rect x="{begin}" y="{_TOP - 18}" width="{max(end - begin, 2):.1f}" height="{bottom - _TOP + 18}" '
                f'fill="url(#fault)" fill-opacity=".35"/>'
            ),
            (
                f'<rect x="{begin}" y="{_TOP - 18}" width="{max(end - begin, 2):.1f}" height="12" fill="url(#fault)" '
                'stroke="#111" stroke-width=".8"/>'
            ),
            f'<line x1="{end}" y1="{_TOP - 12}" x2="{over}" y2="{_TOP - 12}" stroke="#111" stroke-dasharray="2 2"/>',
            f'<line x1="{over}" y1="{_TOP - 18}" x2="{over}" y2="{_TOP - 6}" stroke="#111"/>',
            f'<text x="{begin}" y="{_TOP - 23}">{number}</text>',
        ]
    for index, (label, spans) in enumerate(rows):
        y = _TOP + _ROW * index
        drawn.append(f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(label)}</text>')
        drawn.append(
            f'<line x1="{_LEFT}" y1="{y + 11}" x2="{_WIDTH - 10}" y2="{y + 11}" stroke="#999" stroke-width=".7"/>'
        )
        drawn += _gaps(label, sorted(spans), y, x)
    drawn += _axis(total, bottom, x)
    legend = "; ".join(f"{n} {row.experiment} at {row.word}" for n, row in enumerate(report.injections, start=1))
    drawn.append("</svg>")
    return (
        "".join(drawn) + f"<figcaption>{escape(legend)}. Hatched: the fault. Dotted: until healthy. Black: no answer, "
        "with its length in seconds.</figcaption>"
    )


def _rows(report: StormReport) -> list[tuple[str, list[tuple[float, float]]]]:
    spans: dict[tuple[bool, str, str], list[tuple[float, float]]] = {}
    for row in report.injections:
        for each in row.series:
            key = each.target != "endpoint", each.target, each.verb
            spans.setdefault(key, []).extend((span.begin, span.end) for span in each.spans)
    ordered = sorted(spans.items(), key=lambda item: (item[0][0], -sum(e - b for b, e in item[1]), item[0]))
    return [(f"{verb} {target}", found) for (_, target, verb), found in ordered[:_SHOWN]]


def _gaps(label: str, spans: list[tuple[float, float]], y: float, x: Callable[[float], float]) -> list[str]:
    """The bars of one probe. A length stands in its bar, or behind it where there is room before the next one."""
    drawn = []
    for index, (begin, end) in enumerate(spans):
        left, right = x(begin), x(end)
        text = f"{end - begin:.1f}"
        room = _CHARACTER * len(text) + 4
        # A light line between bars: what separates them is an answer.
        width = max(right - left - 0.8, 1.5)
        drawn.append(
            f'<rect x="{left}" y="{y + 4}" width="{width:.1f}" height="14" fill="#111">'
            f"<title>{escape(label)}: no answer for {text} s from {begin:.1f} s</title></rect>"
        )
        following = x(spans[index + 1][0]) if index + 1 < len(spans) else _WIDTH
        if width >= room:
            drawn.append(
                f'<text x="{left + width / 2:.1f}" y="{y + 14}" font-size="9" fill="#fff" text-anchor="middle">{text}'
                "</text>"
            )
        elif following - right >= room:
            drawn.append(f'<text x="{right + 2}" y="{y + 14}" font-size="9">{text}</text>')
    return drawn


def _axis(total: float, bottom: float, x: Callable[[float], float]) -> list[str]:
    step = next((size for size in (5, 10, 30, 60, 120, 300, 600, 1800, 3600, 14400) if total / size <= 12), 86400)
    drawn = []
    moment = 0
    while moment <= total:
        at = x(moment)
        drawn.append(f'<line x1="{at}" y1="{bottom}" x2="{at}" y2="{bottom + 5}" stroke="#111"/>')
        drawn.append(f'<text x="{at}" y="{bottom + 18}" text-anchor="middle">{moment} s</text>')
        moment += step
    return drawn
