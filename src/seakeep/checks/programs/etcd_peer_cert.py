"""etcd members speak TLS with each other.

What: --peer-cert-file and --peer-key-file. Why: every write passes between members. Evidence: the command line of
etcd, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set both.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.etcd import both
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB073",
    title="etcd members speak TLS with each other",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set both",
    equivalents=(
        "cis-1.12:2.4",
        "kubescape:C-0156",
        "checkov:CKV_K8S_119",
    ),
)


def judge(index: Index) -> Answer:
    """Command lines, and configuration files."""
    return both(index, "peer-cert-file", "peer-key-file")
