"""SARIF 2.1.0, which code hosts show beside the lines of a change."""

import msgspec

from seakeep import __version__
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_KIND = {
    Verdict.FAIL: "fail",
    Verdict.PASS: "pass",
    Verdict.UNKNOWN: "open",
    Verdict.NOT_APPLICABLE: "notApplicable",
    Verdict.WAIVED: "fail",
}


def text(report: CheckReport) -> str:
    """One run. A waived failure is a suppressed result; what could not be told has the kind `open`."""
    rules: dict[str, dict[str, object]] = {}
    for each in report.findings:
        if each.id not in rules:
            rules[each.id] = {
                "id": each.id,
                "shortDescription": {"text": each.title},
                "help": {"text": f"{each.remediation or each.title}. More: seakeep explain {each.id}"},
                "defaultConfiguration": {"level": _LEVEL[each.severity]},
            }
    places = {id_: number for number, id_ in enumerate(rules)}
    document = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "seakeep", "version": __version__, "rules": list(rules.values())}},
                "results": [_result(each, places[each.id]) for each in report.findings],
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _result(finding: CheckFinding, rule: int) -> dict[str, object]:
    kind = _KIND[finding.verdict]
    made: dict[str, object] = {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "kind": kind,
        # Levels belong to failures only.
        "level": _LEVEL[finding.severity] if kind == "fail" else "none",
        "message": {"text": finding.message or finding.title},
        "partialFingerprints": {"seakeep/v1": "/".join(finding.identity)},
    }
    resource = finding.resource
    location: dict[str, object] = {}
    if resource.file and resource.file != "-":
        place: dict[str, object] = {"artifactLocation": {"uri": _uri(resource.file)}}
        if resource.line:
            place["region"] = {"startLine": resource.line}
        location["physicalLocation"] = place
    if str(resource):
        location["logicalLocations"] = [
            {"fullyQualifiedName": f"{resource} {finding.path}".strip(), "kind": "resource"}
        ]
    if location:
        made["locations"] = [location]
    if finding.waiver is not None:
        reason = f"{finding.waiver.reason} ({finding.waiver.owner}, until {finding.waiver.expires})"
        made["suppressions"] = [{"kind": "external", "status": "accepted", "justification": reason}]
    return made


def _uri(file: str) -> str:
    from urllib.parse import quote  # noqa: PLC0415 - only this form needs it

    return quote(file.removeprefix("./"))
