"""PolicyReport objects (wgpolicyk8s.io/v1alpha2), which dashboards of policies read from a cluster."""

import re

import msgspec

from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding, CheckReport

_RESULT = {
    Verdict.PASS: "pass",
    Verdict.FAIL: "fail",
    Verdict.UNKNOWN: "error",
    Verdict.NOT_APPLICABLE: "skip",
    Verdict.WAIVED: "skip",
}
_SEVERITY = {Severity.ERROR: "high", Severity.WARNING: "medium", Severity.INFO: "info"}


def text(report: CheckReport) -> str:
    """A List: one PolicyReport per namespace, and a ClusterPolicyReport for what has none."""
    groups: dict[str, list[CheckFinding]] = {}
    for each in report.findings:
        groups.setdefault(each.resource.namespace, []).append(each)
    document = {
        "apiVersion": "v1",
        "kind": "List",
        "items": [_report(namespace, found) for namespace, found in sorted(groups.items())],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _report(namespace: str, found: list[CheckFinding]) -> dict[str, object]:
    results = [_result(each) for each in found]
    summary = {name: sum(each["result"] == name for each in results) for name in ("pass", "fail", "error", "skip")}
    metadata = {"name": "seakeep-check", "labels": {"app.kubernetes.io/managed-by": "seakeep"}}
    return {
        "apiVersion": "wgpolicyk8s.io/v1alpha2",
        "kind": "PolicyReport" if namespace else "ClusterPolicyReport",
        "metadata": {**metadata, "namespace": namespace} if namespace else metadata,
        "summary": {**summary, "warn": sum(each["result"] == "warn" for each in results)},
        "results": results,
    }


def _result(finding: CheckFinding) -> dict[str, object]:
    resource = finding.resource
    # Warnings do not fail: the format has a word for that.
    warns = finding.verdict is Verdict.FAIL and finding.severity is not Severity.ERROR
    made: dict[str, object] = {
        "source": "seakeep",
        "policy": finding.id,
        "result": "warn" if warns else _RESULT[finding.verdict],
        "severity": _SEVERITY[finding.severity],
        "message": finding.message or finding.title,
        "scored": finding.severity is Severity.ERROR,
    }
    if resource.kind and resource.name and resource.api_version:
        named = {"apiVersion": resource.api_version, "kind": resource.kind, "name": resource.name}
        made["resources"] = [{**named, "namespace": resource.namespace} if resource.namespace else named]
    properties = {"path": finding.path, "place": resource.place, "remediation": finding.remediation}
    made["properties"] = {key: re.sub(r"\s+", " ", value) for key, value in properties.items() if value}
    return made
