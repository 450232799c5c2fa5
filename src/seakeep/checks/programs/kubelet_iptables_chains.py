"""Kubelets keep their packet filter chains.

What: makeIPTablesUtilChains is unset (true) or true. Why: others rely on the chains that mark and drop packets.
Evidence: the KubeletConfiguration. Fix: makeIPTablesUtilChains: true.
"""

from seakeep.checks.base import Answer, Check, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, dotted
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB105",
    title="kubelets keep their packet filter chains",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("KubeletConfiguration",),
    remediation="makeIPTablesUtilChains: true",
    fixable=True,
    references=("https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/",),
    equivalents=(
        "cis-1.12:4.2.6",
        "kubescape:C-0178",
        "checkov:CKV_K8S_145",
    ),
)

_FIELD: Path = ("makeIPTablesUtilChains",)


def judge(each: Manifest, _: Index) -> Answer:
    """The field as it is written: the configuration's own default counts where it is not."""
    value = dig(each.body, *_FIELD)
    return bad(f"{dotted(_FIELD)} is false", _FIELD, fix=(drop(_FIELD),)) if value is False else None
