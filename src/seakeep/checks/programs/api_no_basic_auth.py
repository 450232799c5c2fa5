"""API servers take no passwords from a file.

What: --basic-auth-file is not set. Why: the flag is gone since 1.19; an API server that gets it does not start.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB002",
    title="API servers take no passwords from a file",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=("checkov:CKV_K8S_69",),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "basic-auth-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value is None else "--basic-auth-file is set"
