"""Pods get service accounts.

What: ServiceAccount is not among --disable-admission-plugins. Why: pods without an identity cannot be limited.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
remove it from the list.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB015",
    title="pods get service accounts",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove it from the list",
    equivalents=(
        "cis-1.12:1.2.12",
        "kubescape:C-0125",
        "checkov:CKV_K8S_82",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "disable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return "ServiceAccount is among --disable-admission-plugins" if "ServiceAccount" in (value or "").split(",") else ""
