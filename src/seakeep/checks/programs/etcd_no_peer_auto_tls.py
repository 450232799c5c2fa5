"""etcd members do not make certificates for themselves.

What: --peer-auto-tls is not true. Why: nobody can verify a certificate that it made for itself. Evidence: the command
line of etcd, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB075",
    title="etcd members do not make certificates for themselves",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "cis-1.12:2.6",
        "kubescape:C-0158",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "etcd", "peer-auto-tls", _wrong)


def _wrong(value: str | None) -> str:
    return "--peer-auto-tls is true" if value == "true" else ""
