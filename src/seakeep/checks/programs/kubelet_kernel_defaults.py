"""Kubelets do not change the kernel in silence.

What: protectKernelDefaults is true. Why: a kubelet that changes settings by itself hides that they are not what was
planned. Evidence: the KubeletConfiguration. Fix: protectKernelDefaults: true, with the settings it wants in sysctl.d.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB113",
    title="kubelets do not change the kernel in silence",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="protectKernelDefaults: true, with the settings it wants in sysctl.d",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "kubescape:C-0177",
        "checkov:CKV_K8S_144",
    ),
)

_FIELD: Path = ("protectKernelDefaults",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return None if value is True else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, True),))
