"""API servers show kubelets a certificate.

What: --kubelet-client-certificate and --kubelet-client-key. Why: a kubelet that lets in whoever asks is the only one
that answers without it. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and
running processes. Fix: set both flags.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import both
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB007",
    title="API servers show kubelets a certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set both flags",
    equivalents=(
        "cis-1.12:1.2.4",
        "kubescape:C-0116",
        "checkov:CKV_K8S_72",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return both(index, "kube-apiserver", "kubelet-client-certificate", "kubelet-client-key")
