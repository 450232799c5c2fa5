"""API servers have an audit policy.

What: --audit-policy-file is set. Why: without a policy nothing is logged, whatever the other audit flags say.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
--audit-policy-file.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB021",
    title="API servers have an audit policy",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--audit-policy-file",
    equivalents=(
        "cis-1.12:3.2.1",
        "kubescape:C-0160",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "audit-policy-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--audit-policy-file is not set"
