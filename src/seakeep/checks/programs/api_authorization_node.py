"""API servers limit kubelets to what is theirs.

What: Node is among --authorization-mode, or an --authorization-config is used. Why: without it a kubelet reads every
secret that its role lets it. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files
and running processes. Fix: --authorization-mode=Node,RBAC.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import unless
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB010",
    title="API servers limit kubelets to what is theirs",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--authorization-mode=Node,RBAC",
    equivalents=(
        "cis-1.12:1.2.7",
        "kubescape:C-0119",
        "checkov:CKV_K8S_75",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return unless(index, "kube-apiserver", "authorization-config", "authorization-mode", _wrong)


def _wrong(value: str | None) -> str:
    return "" if "Node" in (value or "").split(",") else f"--authorization-mode is {value or 'not set'}, without Node"
