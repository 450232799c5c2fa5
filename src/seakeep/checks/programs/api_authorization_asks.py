"""API servers ask who may do what.

What: --authorization-mode is given without AlwaysAllow, or --authorization-config names authorizers. Why:
AlwaysAllow, which is the default, lets everybody do everything. Evidence: the command line of kube-apiserver, in
pods, kubeadm's extraArgs, unit files and running processes. Fix: --authorization-mode=Node,RBAC.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import unless
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB009",
    title="API servers ask who may do what",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--authorization-mode=Node,RBAC",
    equivalents=(
        "cis-1.12:1.2.6",
        "kubescape:C-0118",
        "checkov:CKV_K8S_74",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return unless(index, "kube-apiserver", "authorization-config", "authorization-mode", _wrong)


def _wrong(value: str | None) -> str:
    if value is None:
        return "--authorization-mode is not set, which is AlwaysAllow"
    return "--authorization-mode has AlwaysAllow" if "AlwaysAllow" in value.split(",") else ""
