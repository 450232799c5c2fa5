"""JUnit, which every CI shows as tests."""

from xml.sax.saxutils import escape, quoteattr

from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport
from seakeep.report.faces import inert


def text(report: CheckReport) -> str:
    """A suite per check with findings, a case per finding. What could not be told is an error, a waived failure is
    skipped. Warnings are failures here: JUnit knows no less."""
    suites: dict[str, list[CheckFinding]] = {}
    for each in report.findings:
        suites.setdefault(each.id, []).append(each)
    failed = sum(each.verdict is Verdict.FAIL for each in report.findings)
    errors = sum(each.verdict is Verdict.UNKNOWN for each in report.findings)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="seakeep check" tests="{len(report.findings)}" failures="{failed}" errors="{errors}">',
    ]
    for id_, found in suites.items():
        lines += _suite(id_, found)
    if not suites and report.readiness is not None:
        lines += ['<testsuite name="seakeep" tests="1"><testcase classname="seakeep" name="all checks"/></testsuite>']
    elif not suites:
        lines += ['<testsuite name="seakeep" tests="1" errors="1"><testcase classname="seakeep" name="all checks">']
        lines += ['<error message="not assessed"/></testcase></testsuite>']
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(id_: str, found: list[CheckFinding]) -> list[str]:
    def count(verdict: Verdict) -> int:
        return sum(each.verdict is verdict for each in found)

    head = (
        f'<testsuite name={_attribute(f"{id_} {found[0].title}")} tests="{len(found)}" '
        f'failures="{count(Verdict.FAIL)}" errors="{count(Verdict.UNKNOWN)}" skipped="{count(Verdict.WAIVED)}">'
    )
    return [head, *(_case(each) for each in found), "</testsuite>"]


def _case(finding: CheckFinding) -> str:
    resource = finding.resource
    name = " ".join(filter(None, [str(resource), finding.path])) or finding.title
    place = f" file={_attribute(resource.file)}" if resource.file else ""
    place += f' line="{resource.line}"' if resource.line else ""
    said = {Verdict.FAIL: "failure", Verdict.UNKNOWN: "error", Verdict.WAIVED: "skipped"}.get(finding.verdict)
    open_ = f"<testcase classname={_attribute(finding.id)} name={_attribute(name)}{place}"
    if said is None:
        return f"{open_}/>"
    where = f" at {resource.place}" if resource.place else ""
    body = escape(inert(f"{finding.message}{where}\nfix: {finding.remediation}"))
    return f"{open_}><{said} message={_attribute(finding.message)}>{body}</{said}></testcase>"


def _attribute(value: str) -> str:
    return quoteattr(inert(value))
