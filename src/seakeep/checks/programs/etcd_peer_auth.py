"""etcd members ask each other for a certificate.

What: --peer-client-cert-auth=true. Why: whoever reaches the port could join. Evidence: the command line of etcd, in
pods, kubeadm's extraArgs, unit files and running processes. Fix: --peer-client-cert-auth=true and --peer-trusted-ca-
file.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.etcd import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB074",
    title="etcd members ask each other for a certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--peer-client-cert-auth=true and --peer-trusted-ca-file",
    equivalents=(
        "cis-1.12:2.5",
        "kubescape:C-0157",
        "checkov:CKV_K8S_121",
    ),
)


def judge(index: Index) -> Answer:
    """Command lines, and configuration files."""
    return judged(index, "peer-client-cert-auth", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value == "true" else f"--peer-client-cert-auth is {value or 'not set'}, wanted true"
