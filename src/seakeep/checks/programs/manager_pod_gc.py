"""Ended pods are cleared away.

What: --terminated-pod-gc-threshold is above zero (12500 by default). Why: pods that ended fill etcd and slow every
list. Evidence: the command line of kube-controller-manager, in pods, kubeadm's extraArgs, unit files and running
processes. Fix: remove the flag, or set a number.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB050",
    title="ended pods are cleared away",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag, or set a number",
    equivalents=(
        "cis-1.12:1.3.1",
        "kubescape:C-0144",
        "checkov:CKV_K8S_106",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "terminated-pod-gc-threshold", _wrong)


def _wrong(value: str | None) -> str:
    return "--terminated-pod-gc-threshold is 0" if value == "0" else ""
