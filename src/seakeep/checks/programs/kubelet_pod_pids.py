"""A pod cannot take all process numbers.

What: podPidsLimit is above zero. Why: a fork bomb in one pod stops the whole node. Evidence: the
KubeletConfiguration. Fix: podPidsLimit: 4096.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB111",
    title="a pod cannot take all process numbers",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="podPidsLimit: 4096",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.13",
        "kubescape:C-0284",
    ),
)

_FIELD: Path = ("podPidsLimit",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    good = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return None if good else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD)
