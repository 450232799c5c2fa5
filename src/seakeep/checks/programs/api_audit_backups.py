"""Ten old audit logs are kept.

What: --audit-log-maxbackup is 10 or more. Why: a busy hour may push everything out of a single file. Evidence: the
command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: --audit-log-
maxbackup=10.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB023",
    title="ten old audit logs are kept",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--audit-log-maxbackup=10",
    equivalents=(
        "cis-1.12:1.2.18",
        "kubescape:C-0132",
        "checkov:CKV_K8S_93",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "audit-log-maxbackup", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if value is not None and value.isdecimal() and int(value) >= 10
        else f"--audit-log-maxbackup is {value or 'not set'}, wanted 10 or more"
    )
