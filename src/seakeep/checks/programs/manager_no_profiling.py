"""Controller managers do not offer profiles.

What: --profiling=false. Why: profiles tell about the insides of a program. Evidence: the command line of kube-
controller-manager, in pods, kubeadm's extraArgs, unit files and running processes. Fix: --profiling=false.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB051",
    title="controller managers do not offer profiles",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--profiling=false",
    equivalents=(
        "cis-1.12:1.3.2",
        "kubescape:C-0145",
        "checkov:CKV_K8S_107",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "profiling", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value == "false" else f"--profiling is {value or 'not set'}, wanted false"
