"""API servers listen nowhere without TLS.

What: --insecure-bind-address is not set. Why: it is where the port without TLS was; the flag is gone since 1.24.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB004",
    title="API servers listen nowhere without TLS",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=("checkov:CKV_K8S_86",),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "insecure-bind-address", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value is None else "--insecure-bind-address is set"
