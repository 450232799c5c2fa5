"""API servers follow RBAC.

What: RBAC is among --authorization-mode, or an --authorization-config is used. Why: roles and bindings mean nothing
without it. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: --authorization-mode=Node,RBAC.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import unless
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB011",
    title="API servers follow RBAC",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--authorization-mode=Node,RBAC",
    equivalents=(
        "cis-1.12:1.2.8",
        "kubescape:C-0088",
        "kubescape:C-0120",
        "checkov:CKV_K8S_77",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return unless(index, "kube-apiserver", "authorization-config", "authorization-mode", _wrong)


def _wrong(value: str | None) -> str:
    return "" if "RBAC" in (value or "").split(",") else f"--authorization-mode is {value or 'not set'}, without RBAC"
