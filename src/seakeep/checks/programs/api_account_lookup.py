"""Tokens of deleted accounts are refused.

What: --service-account-lookup is not false (it is true by default). Why: a token would outlive the account that it
belongs to. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB026",
    title="tokens of deleted accounts are refused",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=(
        "cis-1.12:1.2.21",
        "kubescape:C-0135",
        "checkov:CKV_K8S_96",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "service-account-lookup", _wrong)


def _wrong(value: str | None) -> str:
    return "--service-account-lookup is false" if value == "false" else ""
