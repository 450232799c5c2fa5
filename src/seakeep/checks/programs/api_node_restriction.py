"""Kubelets change their own node only.

What: NodeRestriction is among --enable-admission-plugins. Why: one stolen node could label itself to where secrets
are. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes.
Fix: --enable-admission-plugins=NodeRestriction.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB017",
    title="kubelets change their own node only",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--enable-admission-plugins=NodeRestriction",
    equivalents=(
        "cis-1.12:1.2.14",
        "kubescape:C-0127",
        "checkov:CKV_K8S_85",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return (
        ""
        if "NodeRestriction" in (value or "").split(",")
        else "NodeRestriction is not among --enable-admission-plugins"
    )
