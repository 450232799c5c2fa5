"""API servers use strong ciphers.

What: --tls-cipher-suites is unset (the defaults are strong), or names only suites with forward secrecy and
authenticated encryption. Why: recorded traffic could be read later, or altered on the way. Evidence: the command line
of kube-apiserver, in pods, kubeadm's extraArgs, unit files and running processes. Fix: remove the flag, or keep the
ECDHE suites with GCM or CHACHA20.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.commands import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB034",
    title="API servers use strong ciphers",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the flag, or keep the ECDHE suites with GCM or CHACHA20",
    equivalents=(
        "cis-1.12:1.2.29",
        "kubescape:C-0143",
        "kubescape:C-0277",
        "checkov:CKV_K8S_105",
    ),
)

_POOR = ("_CBC_", "_RC4_", "_3DES_")


def judge(index: Index) -> Answer:
    """Every command line that was given."""
    return judged(index, "kube-apiserver", "tls-cipher-suites", _wrong)


def _wrong(value: str | None) -> str:
    weak = [
        name for name in (value or "").split(",") if name.startswith("TLS_RSA_") or any(part in name for part in _POOR)
    ]
    return f"weak cipher suites: {', '.join(weak)}" if weak else ""
