"""Events cannot drown the API.

What: EventRateLimit is among --enable-admission-plugins. Why: a pod that fails in a loop fills etcd with events.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
--enable-admission-plugins=...,EventRateLimit, with limits in --admission-control-config-file.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB012",
    title="events cannot drown the API",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--enable-admission-plugins=...,EventRateLimit, with limits in --admission-control-config-file",
    equivalents=(
        "cis-1.12:1.2.9",
        "kubescape:C-0121",
        "checkov:CKV_K8S_78",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return (
        "" if "EventRateLimit" in (value or "").split(",") else "EventRateLimit is not among --enable-admission-plugins"
    )
