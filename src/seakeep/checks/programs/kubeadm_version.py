"""A kubeadm configuration has a version that kubeadm reads.

What: kubeadm.k8s.io/v1beta4; v1beta3 is deprecated since 1.31. Why: kubeadm refuses versions that are gone: v1beta1
since 1.22, v1beta2 since 1.27. Evidence: apiVersion. Fix: `kubeadm config migrate --old-config OLD --new-config NEW`.
"""

from seakeep.checks.base import Answer, Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB170",
    title="a kubeadm configuration has a version that kubeadm reads",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=(
        "ClusterConfiguration",
        "InitConfiguration",
        "JoinConfiguration",
        "ResetConfiguration",
        "UpgradeConfiguration",
    ),
    remediation="kubeadm config migrate --old-config OLD --new-config NEW",
    references=("https://kubernetes.io/docs/reference/config-api/kubeadm-config.v1beta4/",),
)

_GONE = {"v1alpha1": (1, 11), "v1alpha2": (1, 13), "v1alpha3": (1, 15), "v1beta1": (1, 22), "v1beta2": (1, 27)}


def judge(each: Manifest, index: Index) -> Answer:
    """By the version that the run is for."""
    if each.group != "kubeadm.k8s.io" or each.version == "v1beta4":
        return None
    gone = _GONE.get(each.version)
    if gone is not None and index.policy.target >= gone:
        return bad(f"{each.api_version} is not read since {gone[0]}.{gone[1]}", ("apiVersion",))
    if each.version == "v1beta3" and index.policy.target >= (1, 31):
        message = f"{each.api_version} is deprecated since 1.31"
        return Note(message=message, path=("apiVersion",), severity=Severity.WARNING)
    return bad(f"{each.api_version} is not known", ("apiVersion",)) if each.version not in {*_GONE, "v1beta3"} else None
