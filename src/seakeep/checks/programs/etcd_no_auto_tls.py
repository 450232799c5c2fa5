"""etcd does not make certificates for itself.

What: --auto-tls is not true. Why: nobody can verify a certificate that it made for itself. Evidence: the command line
of etcd, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB072",
    title="etcd does not make certificates for itself",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "cis-1.12:2.3",
        "kubescape:C-0155",
        "checkov:CKV_K8S_118",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "etcd", "auto-tls", _wrong)


def _wrong(value: str | None) -> str:
    return "--auto-tls is true" if value == "true" else ""
