"""Kubelets have no port without authentication.

What: readOnlyPort is unset or 0. Why: it tells everybody what runs, with its environment. Evidence: the
KubeletConfiguration. Fix: readOnlyPort: 0.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB103",
    title="kubelets have no port without authentication",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="readOnlyPort: 0",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.4",
        "kubescape:C-0175",
        "checkov:CKV_K8S_141",
    ),
)

_FIELD: Path = ("readOnlyPort",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if value in (None, 0) else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, 0),))
