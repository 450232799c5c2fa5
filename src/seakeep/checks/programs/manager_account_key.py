"""Tokens are signed with a key of their own.

What: --service-account-private-key-file. Why: without it no tokens are made for pods. Evidence: the command line of
kube-controller-manager, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB053",
    title="tokens are signed with a key of their own",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag",
    equivalents=(
        "cis-1.12:1.3.4",
        "kubescape:C-0147",
        "checkov:CKV_K8S_110",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "service-account-private-key-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--service-account-private-key-file is not set"
