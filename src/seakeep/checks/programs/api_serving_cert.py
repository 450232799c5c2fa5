"""API servers serve with a certificate that was issued.

What: --tls-cert-file and --tls-private-key-file. Why: one that it makes for itself is known to nobody. Evidence: the
command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set both flags.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import both
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB031",
    title="API servers serve with a certificate that was issued",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set both flags",
    equivalents=(
        "cis-1.12:1.2.24",
        "kubescape:C-0138",
        "checkov:CKV_K8S_100",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return both(index, "kube-apiserver", "tls-cert-file", "tls-private-key-file")
