"""The report of a storm: one page that needs nothing else and can be read without colour."""

import itertools
import re
from xml.etree import ElementTree as ET

import msgspec
import pytest
from tests.unit.report.storms import report

from seakeep.core.errors import Exit
from seakeep.core.verdict import Verdict
from seakeep.report.storm import HealReport, HealRow, TimelineSpan
from seakeep.report.storm_page import page
from seakeep.report.timeline import timeline


def test_the_page_needs_nothing_from_anywhere() -> None:
    text = page(report())

    assert not re.search(r"(?:src|href)=|@import|url\((?!#)", text)
    assert "default-src 'none'" in text
    assert "<script" not in text


def test_what_comes_from_names_and_machines_is_inert() -> None:
    text = page(report())

    assert "<three>" not in text
    assert "&lt;three&gt;" in text
    assert "3 s &lt;why&gt;" in text
    assert "0 lost &amp; 0 returned" in text


def test_the_page_says_prediction_observation_ledger_and_how_to_repeat_it() -> None:
    text = re.sub(r"</?span[^>]*>", "", page(report()))

    for said in ("✗ FAIL", "survives: etcd elects a leader", "4.2 s", "3.0 s", "300 writes acknowledged", "7 ambiguous",
                 "seakeep storm run machine_killed@site:b --seed 4711", "kube-scheduler from a to b"):  # fmt: skip
        assert said in text


def test_the_picture_is_well_formed_and_tells_nothing_by_colour_alone() -> None:
    svg, _, legend = timeline(report()).partition("<figcaption>")
    root = ET.fromstring(svg)
    colours = set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{3,6})"', svg))

    assert {len(set(colour.strip("#"))) for colour in colours} == {1}, "greys only"
    assert "url(#fault)" in svg
    assert [text.text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.text == "4.2"], (
        "gaps say their length"
    )
    assert "Hatched: the fault" in legend


def test_the_lengths_of_gaps_cover_neither_each_other_nor_the_next_gap() -> None:
    spans = tuple(TimelineSpan(begin=10.0 + n * 0.7, end=10.0 + n * 0.7 + 0.65) for n in range(12))
    spans += (TimelineSpan(begin=40.0, end=60.0), TimelineSpan(begin=80.0, end=80.6))
    whole = report()
    (row,) = whole.injections
    busy = msgspec.structs.replace(row, series=(msgspec.structs.replace(row.series[0], spans=spans),))
    svg, _, _ = timeline(msgspec.structs.replace(whole, injections=(busy,))).partition("<figcaption>")
    root = ET.fromstring(svg)
    bars = [
        (float(bar.get("x")), float(bar.get("x")) + float(bar.get("width")))
        for bar in root.iter("{http://www.w3.org/2000/svg}rect")
        if bar.get("fill") == "#111"
    ]
    sizes = [text for text in root.iter("{http://www.w3.org/2000/svg}text") if text.get("font-size") == "9"]
    outside = [float(text.get("x")) for text in sizes if text.get("fill") is None]
    inside = [text.text for text in sizes if text.get("fill") == "#fff"]

    assert len(bars) == len(spans)
    assert all(later[0] > earlier[1] for earlier, later in itertools.pairwise(bars)), "an answer is seen between gaps"
    assert inside == ["20.0"]
    assert len(outside) == 2, "of the last of the twelve, and of the single one"
    assert not any(begin <= left < end or left < begin < left + 16 for left in outside for begin, end in bars)


@pytest.mark.parametrize("seconds", [0.0, 3.0, 90.0, 5000.0, 10_000_000.0])
def test_the_axis_of_any_length_has_few_marks(seconds) -> None:
    assert 1 <= len(re.findall(r"\d+ s</text>", timeline(report(seconds=seconds)))) <= 130


@pytest.mark.parametrize(
    ("verdict", "code"), [(Verdict.PASS, Exit.OK), (Verdict.FAIL, Exit.NEGATIVE), (Verdict.UNKNOWN, Exit.UNDECIDED)]
)
def test_exit_codes(verdict, code) -> None:
    assert report(verdict).exit_code is code


def test_healing_that_was_not_whole_can_be_tried_again() -> None:
    good = HealRow(where="a", what="t_0", healed=True)
    bad = HealRow(where="b", what="t_0", healed=False, reason="no answer")

    assert HealReport(cluster_name="c", rows=()).exit_code is Exit.OK
    assert HealReport(cluster_name="c", rows=(good,)).exit_code is Exit.OK
    assert HealReport(cluster_name="c", rows=(good, bad)).exit_code is Exit.PARTIAL
