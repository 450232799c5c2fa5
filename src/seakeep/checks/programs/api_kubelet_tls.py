"""API servers speak TLS with kubelets.

What: --kubelet-https is not false. Why: what is read from containers and written into them would pass in the open;
the flag is gone since 1.22. Evidence: the command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files
and running processes. Fix: remove the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB006",
    title="API servers speak TLS with kubelets",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag",
    equivalents=("checkov:CKV_K8S_71",),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "kubelet-https", _wrong)


def _wrong(value: str | None) -> str:
    return "--kubelet-https is false" if value == "false" else ""
