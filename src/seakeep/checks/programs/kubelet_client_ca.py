"""Kubelets know clients by their certificates.

What: authentication.x509.clientCAFile is set. Why: API servers could not log in, or everybody could. Evidence: the
KubeletConfiguration. Fix: authentication.x509.clientCAFile: /etc/kubernetes/pki/ca.crt.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB102",
    title="kubelets know clients by their certificates",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="authentication.x509.clientCAFile: /etc/kubernetes/pki/ca.crt",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.3",
        "kubescape:C-0174",
        "kubescape:C-0070",
        "checkov:CKV_K8S_140",
    ),
)

_FIELD: Path = ("authentication", "x509", "clientCAFile")


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if isinstance(value, str) and value else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD)
