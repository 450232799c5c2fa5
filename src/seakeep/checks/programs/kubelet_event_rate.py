"""Kubelets may say what happens.

What: eventRecordQPS is unset (50), 0 (no limit), or 5 and more. Why: events that are dropped are missing when a
failure is looked into. Evidence: the KubeletConfiguration. Fix: remove eventRecordQPS.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB106",
    title="kubelets may say what happens",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="remove eventRecordQPS",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.8",
        "kubescape:C-0180",
        "checkov:CKV_K8S_147",
    ),
)

_FIELD: Path = ("eventRecordQPS",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    good = value is None or (isinstance(value, int) and (value == 0 or value >= 5))
    return None if good else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD)
