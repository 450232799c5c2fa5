"""Kubelets speak TLS 1.2 or newer.

What: tlsMinVersion is unset (1.2), VersionTLS12 or VersionTLS13. Why: older versions are broken. Evidence: the
KubeletConfiguration. Fix: tlsMinVersion: VersionTLS12.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, put
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB116",
    title="kubelets speak TLS 1.2 or newer",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="tlsMinVersion: VersionTLS12",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
)

_FIELD: Path = ("tlsMinVersion",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    good = value in (None, "VersionTLS12", "VersionTLS13")
    return None if good else bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD, fix=(put(_FIELD, "VersionTLS12"),))
