"""API servers write an audit log.

What: --audit-log-path is set, or --audit-webhook-config-file. Why: without a log nobody learns who read a secret.
Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix:
--audit-log-path and --audit-policy-file.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import unless
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB020",
    title="API servers write an audit log",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--audit-log-path and --audit-policy-file",
    equivalents=(
        "cis-1.12:1.2.16",
        "kubescape:C-0130",
        "checkov:CKV_K8S_91",
        "kubescape:C-0067",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return unless(index, "kube-apiserver", "audit-webhook-config-file", "audit-log-path", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--audit-log-path is not set"
