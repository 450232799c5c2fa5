"""Controllers have rights of their own.

What: --use-service-account-credentials=true. Why: all controllers have the sum of all rights otherwise. Evidence: the
command line of kube-controller-manager, in pods, kubeadm's extraArgs, unit files and running processes. Fix: --use-
service-account-credentials=true.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB052",
    title="controllers have rights of their own",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--use-service-account-credentials=true",
    equivalents=(
        "cis-1.12:1.3.3",
        "kubescape:C-0146",
        "checkov:CKV_K8S_108",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-controller-manager", "use-service-account-credentials", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value == "true" else f"--use-service-account-credentials is {value or 'not set'}, wanted true"
