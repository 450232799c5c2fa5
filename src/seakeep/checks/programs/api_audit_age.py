"""Audit logs are kept for 30 days.

What: --audit-log-maxage is 30 or more where a log file is written. Why: what happened is often only asked for weeks
later. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes.
Fix: --audit-log-maxage=30.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB022",
    title="audit logs are kept for 30 days",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--audit-log-maxage=30",
    equivalents=(
        "cis-1.12:1.2.17",
        "kubescape:C-0131",
        "checkov:CKV_K8S_92",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "audit-log-maxage", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if value is not None and value.isdecimal() and int(value) >= 30
        else f"--audit-log-maxage is {value or 'not set'}, wanted 30 or more"
    )
