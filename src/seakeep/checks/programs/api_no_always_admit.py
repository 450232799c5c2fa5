"""Not everything is admitted.

What: AlwaysAdmit is not among --enable-admission-plugins. Why: it lets everything in, whatever the others say.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
remove it.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB013",
    title="not everything is admitted",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove it",
    equivalents=(
        "cis-1.12:1.2.10",
        "kubescape:C-0122",
        "checkov:CKV_K8S_79",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "enable-admission-plugins", _wrong)


def _wrong(value: str | None) -> str:
    return "AlwaysAdmit is among --enable-admission-plugins" if "AlwaysAdmit" in (value or "").split(",") else ""
