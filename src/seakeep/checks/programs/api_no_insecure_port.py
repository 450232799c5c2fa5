"""API servers have no port without TLS.

What: --insecure-port is not set, or 0. Why: such a port asks nobody who he is; the flag is gone since 1.24. Evidence:
the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the
flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB003",
    title="API servers have no port without TLS",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "kubescape:C-0005",
        "checkov:CKV_K8S_88",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "insecure-port", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value in (None, "0") else f"--insecure-port is {value}"
