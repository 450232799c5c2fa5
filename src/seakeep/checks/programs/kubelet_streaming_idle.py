"""Idle streams to containers end.

What: streamingConnectionIdleTimeout is unset (4 h) or not 0. Why: forgotten exec sessions hold connections for ever.
Evidence: the KubeletConfiguration. Fix: streamingConnectionIdleTimeout: 30m.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB104",
    title="idle streams to containers end",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="streamingConnectionIdleTimeout: 30m",
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.5",
        "kubescape:C-0176",
        "checkov:CKV_K8S_143",
    ),
)

_FIELD: Path = ("streamingConnectionIdleTimeout",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    if value is None or (isinstance(value, str) and seconds(value)):
        return None
    return bad(f"{dotted(_FIELD)} is {said(value)}", _FIELD)
