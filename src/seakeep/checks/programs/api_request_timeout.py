"""Requests do not last for ever.

What: --request-timeout is not set (60 s), or five minutes at most. Why: a request without an end holds its place in
line. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes.
Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB025",
    title="requests do not last for ever",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "cis-1.12:1.2.20",
        "kubescape:C-0134",
        "checkov:CKV_K8S_95",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "request-timeout", _wrong)


def _wrong(value: str | None) -> str:
    if value is None:
        return ""
    found = seconds(value)
    if found is None:
        return f"--request-timeout is {value}, which is no duration"
    return "" if 0 < found <= 300 else f"--request-timeout is {value}"
