"""Audit logs are rotated by size.

What: --audit-log-maxsize is 100 (MiB) or more. Why: a file without a limit fills the disk, a small one is rotated
away in minutes. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: --audit-log-maxsize=100.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB024",
    title="audit logs are rotated by size",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--audit-log-maxsize=100",
    equivalents=(
        "cis-1.12:1.2.19",
        "kubescape:C-0133",
        "checkov:CKV_K8S_94",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "audit-log-maxsize", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if value is not None and value.isdecimal() and int(value) >= 100
        else f"--audit-log-maxsize is {value or 'not set'}, wanted 100 or more"
    )
