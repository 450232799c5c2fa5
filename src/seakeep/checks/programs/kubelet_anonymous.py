"""Kubelets refuse anonymous requests.

What: authentication.anonymous.enabled is false. Why: exec into any container would be open to whoever reaches port
10250. Evidence: the KubeletConfiguration. Fix: authentication.anonymous.enabled: false.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB100",
    title="kubelets refuse anonymous requests",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="authentication.anonymous.enabled: false",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.1",
        "kubescape:C-0172",
        "kubescape:C-0069",
        "checkov:CKV_K8S_138",
    ),
)

_FIELD: Path = ("authentication", "anonymous", "enabled")


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if value is False else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, False),))
