"""etcd serves with TLS.

What: --cert-file and --key-file. Why: everything in the cluster would pass in the open. Evidence: the command line of
etcd, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set both.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.etcd import both
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB070",
    title="etcd serves with TLS",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set both",
    equivalents=(
        "cis-1.12:2.1",
        "kubescape:C-0153",
        "checkov:CKV_K8S_116",
    ),
)


def judge(index: Index) -> Answer:
    """Command lines, and configuration files."""
    return both(index, "cert-file", "key-file")
