"""Kubelets use strong ciphers.

What: tlsCipherSuites names only suites with forward secrecy and authenticated encryption, or is unset. Why: recorded
traffic could be read later. Evidence: the KubeletConfiguration. Fix: remove the field, or keep the ECDHE suites with
GCM or CHACHA20.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB110",
    title="kubelets use strong ciphers",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="remove the field, or keep the ECDHE suites with GCM or CHACHA20",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.12",
        "kubescape:C-0184",
        "checkov:CKV_K8S_151",
    ),
)

_POOR = ("_CBC_", "_RC4_", "_3DES_")
_FIELD: Path = ("tlsCipherSuites",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    weak = [
        name for name in texts(each.body, *_FIELD) if name.startswith("TLS_RSA_") or any(part in name for part in _POOR)
    ]
    return bad(f"weak cipher suites: {', '.join(weak)}", _FIELD) if weak else None
