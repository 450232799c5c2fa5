"""etcd asks clients for a certificate.

What: --client-cert-auth=true. Why: whoever reaches the port owns the cluster. Evidence: the command line of etcd, in
pods, kubeadm's extraArgs, unit files and running processes. Fix: --client-cert-auth=true and --trusted-ca-file.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.programs.etcd import judged
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="KUB071",
    title="etcd asks clients for a certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="--client-cert-auth=true and --trusted-ca-file",
    equivalents=(
        "cis-1.12:2.2",
        "kubescape:C-0154",
        "checkov:CKV_K8S_117",
    ),
)


def judge(index: Index) -> Answer:
    """Command lines, and configuration files."""
    return judged(index, "client-cert-auth", _wrong)


def _wrong(value: str | None) -> str:
    return "" if value == "true" else f"--client-cert-auth is {value or 'not set'}, wanted true"
