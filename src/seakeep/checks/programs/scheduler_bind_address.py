"""Schedulers listen on the machine only.

What: --bind-address=127.0.0.1. Why: health and metrics need not be open to the network. Evidence: the command line of
kube-scheduler, in pods, kubeadm's extraArgs, unit files and running processes. Fix: --bind-address=127.0.0.1.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB061",
    title="schedulers listen on the machine only",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--bind-address=127.0.0.1",
    equivalents=(
        "cis-1.12:1.4.2",
        "kubescape:C-0152",
        "checkov:CKV_K8S_115",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-scheduler", "bind-address", _wrong)


def _wrong(value: str | None) -> str:
    return (
        "" if value in ("127.0.0.1", "::1", "localhost") else f"--bind-address is {value or 'not set: all addresses'}"
    )
