"""Pods learn whom to trust.

What: --root-ca-file. Why: pods could not verify the API server that they send their token to. Evidence: the command
line of kube-controller-manager, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB054",
    title="pods learn whom to trust",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag",
    equivalents=(
        "cis-1.12:1.3.5",
        "kubescape:C-0148",
        "checkov:CKV_K8S_111",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "root-ca-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--root-ca-file is not set"
