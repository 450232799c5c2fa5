"""Tokens are verified with a key of their own.

What: --service-account-key-file is set. Why: without it the TLS key signs tokens, and cannot be changed without
ending them all. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: set the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB027",
    title="tokens are verified with a key of their own",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag",
    equivalents=(
        "cis-1.12:1.2.22",
        "kubescape:C-0136",
        "checkov:CKV_K8S_97",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "service-account-key-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--service-account-key-file is not set"
