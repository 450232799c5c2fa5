"""JUnit, which every CI shows as tests."""

from xml.sax.saxutils import escape, quoteattr

from seakeep.core.errors import Exit
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport
from seakeep.report.faces import inert


def text(report: CheckReport) -> str:
    """A suite per check with findings, a case per finding.

    It fails where the exit code does and nowhere else: an error is a failure, what could not be told is an error. What
    is told without failing the run (warnings, informations) passes, with its text as the output of the case. A waived
    failure is skipped.
    """
    suites: dict[str, list[CheckFinding]] = {}
    for each in report.findings:
        suites.setdefault(each.id, []).append(each)
    tags = [_tag(each) for each in report.findings]
    bodies = [
        _suite(f"{id_} {found[0].title}", [*map(_tag, found)], [*map(_case, found)]) for id_, found in suites.items()
    ]
    if report.exit_code is not Exit.OK and not {"failure", "error"} & set(tags):
        why = "not assessed" if report.readiness is None else "the baseline hides what could not be told"
        tags.append("error")
        bodies.append(
            _suite(
                "seakeep", ["error"], [f"{_open('seakeep', 'verdict')}><error message={_attribute(why)}/></testcase>"]
            )
        )
    elif not suites:
        tags.append("")
        bodies.append(_suite("seakeep", [""], [f"{_open('seakeep', 'all checks')}/>"]))
    head = f'<testsuites name="seakeep check" {_counts(tags)}>'
    return "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', head, *bodies, "</testsuites>"]) + "\n"


def _suite(name: str, tags: list[str], cases: list[str]) -> str:
    head = f'<testsuite name={_attribute(name)} {_counts(tags)} skipped="{tags.count("skipped")}">'
    return "\n".join([head, *cases, "</testsuite>"])


def _counts(tags: list[str]) -> str:
    return f'tests="{len(tags)}" failures="{tags.count("failure")}" errors="{tags.count("error")}"'


def _tag(finding: CheckFinding) -> str:
    """The element that says how a case ended; '' where it passed and there is nothing to say."""
    match finding.verdict:
        case Verdict.FAIL:
            return "failure" if finding.counts else "system-out"
        case Verdict.UNKNOWN:
            return "error"
        case Verdict.WAIVED:
            return "skipped"
    return ""


def _case(finding: CheckFinding) -> str:
    resource, tag = finding.resource, _tag(finding)
    name = " ".join(filter(None, [str(resource), finding.path])) or finding.title
    place = f" file={_attribute(resource.file)}" if resource.file else ""
    place += f' line="{resource.line}"' if resource.line else ""
    head = f"{_open(finding.id, name)}{place}"
    if not tag:
        return f"{head}/>"
    where = f" at {resource.place}" if resource.place else ""
    said = f"{finding.message}{where}\nfix: {finding.remediation}"
    if tag == "system-out":  # it has no attribute for the message
        return f"{head}><system-out>{escape(inert(f'{finding.severity}: {said}'))}</system-out></testcase>"
    return f"{head}><{tag} message={_attribute(finding.message)}>{escape(inert(said))}</{tag}></testcase>"


def _open(check: str, name: str) -> str:
    return f"<testcase classname={_attribute(check)} name={_attribute(name)}"


def _attribute(value: str) -> str:
    return quoteattr(inert(value))
