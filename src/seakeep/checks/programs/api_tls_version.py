"""API servers speak TLS 1.2 or newer.

What: --tls-min-version is unset (1.2), VersionTLS12 or VersionTLS13. Why: older versions are broken. Evidence: the
command line of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: --tls-min-
version=VersionTLS12.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB035",
    title="API servers speak TLS 1.2 or newer",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--tls-min-version=VersionTLS12",
)


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "tls-min-version", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value in (None, "VersionTLS12", "VersionTLS13") else f"--tls-min-version is {value}"
