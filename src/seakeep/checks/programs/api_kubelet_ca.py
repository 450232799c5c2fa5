"""API servers verify kubelets.

What: --kubelet-certificate-authority. Why: without it whoever answers at a node is believed, and is sent what people
type into exec. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: set it to the authority of the serving certificates.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB008",
    title="API servers verify kubelets",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set it to the authority of the serving certificates",
    equivalents=(
        "cis-1.12:1.2.5",
        "kubescape:C-0117",
        "checkov:CKV_K8S_73",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "kubelet-certificate-authority", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--kubelet-certificate-authority is not set"
