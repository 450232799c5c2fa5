"""Secrets are encrypted at rest.

What: --encryption-provider-config. Why: secrets lie in etcd, and in each of its backups, as they are. Evidence: the
command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set the flag to
an EncryptionConfiguration.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB033",
    title="secrets are encrypted at rest",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag to an EncryptionConfiguration",
    equivalents=(
        "cis-1.12:1.2.27",
        "kubescape:C-0141",
        "kubescape:C-0066",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "encryption-provider-config", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--encryption-provider-config is not set"
