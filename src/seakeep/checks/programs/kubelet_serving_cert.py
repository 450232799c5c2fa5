"""Kubelets serve with a certificate that was issued.

What: tlsCertFile and tlsPrivateKeyFile, or serverTLSBootstrap. Why: one that a kubelet makes for itself cannot be
verified by API servers. Evidence: the KubeletConfiguration. Fix: serverTLSBootstrap: true with an approver, or both
files.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB107",
    title="kubelets serve with a certificate that was issued",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="serverTLSBootstrap: true with an approver, or both files",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.9",
        "kubescape:C-0181",
        "checkov:CKV_K8S_148",
    ),
)

_FIELD: Path = ("tlsCertFile",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    if each.body.get("serverTLSBootstrap") is True:
        return None
    files = [dig(each.body, name) for name in ("tlsCertFile", "tlsPrivateKeyFile")]
    return None if all(files) else bad("it makes a serving certificate for itself", _FIELD)
