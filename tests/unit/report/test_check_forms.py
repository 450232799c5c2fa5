"""The forms that other programs read: valid, complete, and inert."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.core.finding import REVIEW, Severity
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport, Resource, Summary, Waived, coverage, readiness
from seakeep.report.check_view import check_view
from seakeep.report.document import Line
from seakeep.report.exchange import html, junit, policyreport, prometheus, sarif

EVIL = 'we"b<script>&\x1b[31m\n'


def finding(verdict: Verdict, severity: Severity = Severity.ERROR, **more: object) -> CheckFinding:
    values = {
        "id": "POD001",
        "title": "t",
        "message": f"because {EVIL}",
        "remediation": "set it",
        "path": "spec.x[0]",
        "resource": Resource(
            api_version="apps/v1", kind="Deployment", namespace="shop", name=EVIL, file="./a b.yaml", line=7
        ),
        **more,
    }
    return CheckFinding(verdict=verdict, severity=severity, **values)  # type: ignore[arg-type]


SUMMARY = Summary(objects=4, checks=1, passed=1, failed=2, unknown=1, waived=1, errors=1, warnings=1)
REPORT = CheckReport(
    verdict=Verdict.FAIL,
    readiness=readiness(SUMMARY),
    coverage=coverage(SUMMARY),
    summary=SUMMARY,
    findings=(
        finding(Verdict.FAIL),
        finding(Verdict.FAIL, Severity.WARNING, id="POD002"),
        finding(Verdict.UNKNOWN, resource=Resource(kind="Machine", name="a-cp1")),
        finding(Verdict.WAIVED, waiver=Waived(owner="o", reason="r", expires="2027-01-01")),
        finding(Verdict.PASS),
    ),
)
EMPTY = CheckReport(verdict=Verdict.UNKNOWN)


def test_numbers_keep_what_is_waived_and_unknown() -> None:
    assert SUMMARY.applicable == 5
    assert (REPORT.readiness, REPORT.coverage) == (0.2, 0.8)
    assert readiness(Summary()) is None
    assert readiness(Summary(passed=99_999, failed=1)) == 0.9999


def test_sarif_has_lines_levels_and_suppressions() -> None:
    run = json.loads(sarif.text(REPORT))["runs"][0]
    results = run["results"]

    rules = run["tool"]["driver"]["rules"]
    assert [each["id"] for each in rules] == ["POD001", "POD002"]
    assert rules[0]["help"]["text"] == "set it. More: seakeep explain POD001"
    assert [(each["kind"], each["level"]) for each in results] == [
        ("fail", "error"), ("fail", "warning"), ("open", "none"), ("fail", "error"), ("pass", "none"),
    ]  # fmt: skip
    place = results[0]["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("a%20b.yaml", 7)
    assert "physicalLocation" not in results[2]["locations"][0]
    assert results[3]["suppressions"][0]["justification"] == "r (o, until 2027-01-01)"
    assert all(run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"] for each in results)


def test_junit_counts_what_it_says() -> None:
    root = ET.fromstring(junit.text(REPORT))

    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("5", "1", "1")
    assert len(root.findall(".//testcase")) == 5
    assert len(root.findall(".//failure")) == 1
    assert len(root.findall(".//skipped")) == 1
    assert root.find(".//testcase").get("line") == "7"  # type: ignore[union-attr]
    assert ET.fromstring(junit.text(EMPTY)).find(".//error") is not None


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.INFO])
def test_what_does_not_fail_the_run_is_no_failure_in_junit_and_is_still_told(severity: Severity) -> None:
    told = finding(Verdict.FAIL, severity, message="no limit")
    root = ET.fromstring(junit.text(CheckReport(verdict=Verdict.PASS, readiness=0.9, findings=(told,))))
    (case,) = root.findall(".//testcase")

    assert (root.get("failures"), root.get("errors")) == ("0", "0")
    assert [each.tag for each in case] == ["system-out"]
    assert case[0].text == f"{severity}: no limit at ./a b.yaml:7\nfix: set it"


FINDINGS = st.lists(st.builds(finding, st.sampled_from(Verdict), st.sampled_from(Severity)), max_size=5)


@given(findings=FINDINGS, hidden=st.booleans(), known=st.integers(0, 2), passed=st.integers(0, 2))
def test_junit_fails_exactly_where_the_exit_code_does(
    *, findings: list[CheckFinding], hidden: bool, known: int, passed: int
) -> None:
    verdict = Verdict.UNKNOWN if hidden or any(each.verdict is Verdict.UNKNOWN for each in findings) else Verdict.PASS
    verdict = Verdict.FAIL if any(each.counts for each in findings) else verdict
    summary = Summary(passed=passed, known=known, unknown=1 if hidden else 0)
    report = CheckReport(verdict=verdict, readiness=readiness(summary), summary=summary, findings=tuple(findings))
    root = ET.fromstring(junit.text(report))
    suites = root.findall("testsuite")

    assert bool(root.findall(".//failure") + root.findall(".//error")) == (report.exit_code != 0)
    counted = {"failures": "failure", "errors": "error", "skipped": "skipped", "tests": "testcase"}
    for name, tag in counted.items():
        assert [each.get(name) for each in suites] == [str(len(each.findall(f".//{tag}"))) for each in suites]
        assert root.get(name) == (None if name == "skipped" else str(len(root.findall(f".//{tag}"))))


def test_html_is_inert() -> None:
    page = html.text(REPORT)

    assert "<script" not in page
    assert "\x1b" not in page
    assert "we&quot;b" in page
    assert "readiness 20.00%" in page
    assert "not assessed" in html.text(EMPTY)


def test_prometheus_leaves_out_what_is_not_known() -> None:
    text = prometheus.text(REPORT)
    line = re.compile(r'(# .*|[a-z_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? [0-9.]+)')

    assert all(line.fullmatch(each) for each in text.splitlines())
    assert "seakeep_check_readiness_ratio 0.2" in text
    assert 'seakeep_check_findings{id="POD001",severity="error",verdict="FAIL",namespace="shop"} 1' in text
    assert "ratio" not in prometheus.text(EMPTY)


def test_policy_reports_stand_per_namespace() -> None:
    items = json.loads(policyreport.text(REPORT))["items"]

    assert [(each["kind"], each["metadata"].get("namespace")) for each in items] == [
        ("ClusterPolicyReport", None), ("PolicyReport", "shop"),
    ]  # fmt: skip
    assert items[1]["summary"] == {"pass": 1, "fail": 1, "error": 0, "skip": 1, "warn": 1}
    assert items[1]["results"][0]["resources"][0]["kind"] == "Deployment"


@pytest.mark.parametrize("form", [sarif, junit, html, prometheus, policyreport])
def test_an_empty_report_has_every_form(form: object) -> None:
    assert form.text(EMPTY)  # type: ignore[attr-defined]


def drawn(report: CheckReport) -> str:
    return "\n".join(
        " ".join(cell.text for cell in block.cells) for block in check_view(report) if isinstance(block, Line)
    )


def test_the_head_has_the_formula_and_says_what_is_hidden() -> None:
    text = drawn(REPORT)

    assert "readiness 20.00% = 1 passed of 5 applicable; coverage 80.00% = 4 judged of 5" in text
    assert "1 failure waived: in the numbers, not in the verdict" in text
    assert "not assessed" in drawn(EMPTY)
    assert "%" not in drawn(EMPTY)


def test_what_a_person_decides_is_drawn_with_its_evidence_and_no_heading_stands_alone() -> None:
    shown = finding(Verdict.NOT_APPLICABLE, message=f"{REVIEW}2 releases were not looked into")
    asked = drawn(CheckReport(verdict=Verdict.PASS, summary=SUMMARY, findings=(shown,)))
    assert "a person decides: 2 releases were not looked into" in asked
    moot = finding(Verdict.NOT_APPLICABLE, message="the question does not arise")
    assert "Findings" not in drawn(CheckReport(verdict=Verdict.PASS, summary=SUMMARY, findings=(moot,)))


def test_many_places_of_a_check_are_counted() -> None:
    report = CheckReport(verdict=Verdict.FAIL, summary=SUMMARY, findings=tuple(finding(Verdict.FAIL) for _ in range(9)))
    text = drawn(report)

    assert "POD001  t  (9)" in text
    assert "and 4 more; -o json has all" in text
    assert text.count("fix: set it") == 1
