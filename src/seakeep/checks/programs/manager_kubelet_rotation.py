"""Kubelets' serving certificates may be rotated.

What: RotateKubeletServerCertificate is not false among --feature-gates (it is true by default). Why: they would end
one day, and nothing would tell. Evidence: the command line of kube-controller-manager, in pods, kubeadm's extraArgs,
unit files and running processes. Fix: remove the gate.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB056",
    title="kubelets' serving certificates may be rotated",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the gate",
    equivalents=(
        "cis-1.12:1.3.6",
        "kubescape:C-0149",
        "checkov:CKV_K8S_112",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "feature-gates", _wrong)


def _wrong(value: str | None) -> str:
    return (
        "RotateKubeletServerCertificate is false among --feature-gates"
        if "RotateKubeletServerCertificate=false" in (value or "").split(",")
        else ""
    )
