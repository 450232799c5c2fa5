"""API servers verify etcd.

What: --etcd-cafile. Why: whoever answers at the address could be etcd otherwise. Evidence: the command line of kube-
apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB030",
    title="API servers verify etcd",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag",
    equivalents=(
        "cis-1.12:1.2.26",
        "kubescape:C-0140",
        "checkov:CKV_K8S_102",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "etcd-cafile", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--etcd-cafile is not set"
