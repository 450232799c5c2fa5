"""API servers have their TLS port.

What: --secure-port is not 0. Why: 0 switches the port that is protected off. Evidence: the command line of kube-
apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the flag, or name a port.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB005",
    title="API servers have their TLS port",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag, or name a port",
    equivalents=(
        "kubescape:C-0128",
        "checkov:CKV_K8S_89",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "secure-port", _wrong)


def _wrong(value: str | None) -> str:
    return "--secure-port is 0" if value == "0" else ""
