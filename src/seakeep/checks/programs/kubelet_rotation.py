"""Kubelets renew their client certificate.

What: rotateCertificates is true. Why: a node leaves the cluster on the day its certificate ends. Evidence: the
KubeletConfiguration. Fix: rotateCertificates: true.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB108",
    title="kubelets renew their client certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="rotateCertificates: true",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.10",
        "kubescape:C-0182",
        "checkov:CKV_K8S_149",
    ),
)

_FIELD: Path = ("rotateCertificates",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if value is True else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, True),))
