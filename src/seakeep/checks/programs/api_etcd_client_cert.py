"""API servers show etcd a certificate.

What: --etcd-certfile and --etcd-keyfile. Why: an etcd that answers without one gives every secret to whoever reaches
it. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
set both flags.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import both
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB029",
    title="API servers show etcd a certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set both flags",
    equivalents=(
        "cis-1.12:1.2.23",
        "kubescape:C-0137",
        "checkov:CKV_K8S_99",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return both(index, "kube-apiserver", "etcd-certfile", "etcd-keyfile")
