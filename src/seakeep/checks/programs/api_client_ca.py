"""API servers know clients by their certificates.

What: --client-ca-file. Why: components and administrators could not log in. Evidence: the command line of kube-
apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: set the flag.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB032",
    title="API servers know clients by their certificates",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="set the flag",
    equivalents=(
        "cis-1.12:1.2.25",
        "kubescape:C-0139",
    ),
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "client-ca-file", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value else "--client-ca-file is not set"
