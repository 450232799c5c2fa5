"""API servers take no tokens from a file.

What: --token-auth-file is not set. Why: the tokens in it never end, and are changed only by a restart. Evidence: the
command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB001",
    title="API servers take no tokens from a file",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "cis-1.12:1.2.2",
        "kubescape:C-0114",
        "checkov:CKV_K8S_70",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "token-auth-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value is None else "--token-auth-file is set"
