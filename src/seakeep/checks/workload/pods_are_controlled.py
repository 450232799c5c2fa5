"""A pod that is lost comes back.

What: no Pod without an owner. Static pods of a node (the kubelet's own) are not asked. Why: a pod of its own ends
with its node, and nobody makes another. Evidence: its owners. Fix: a Deployment, a StatefulSet, a DaemonSet or a Job.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD050",
    title="pods are made by a controller",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Pod",),
    remediation="make it a Deployment, a StatefulSet, a DaemonSet or a Job",
    equivalents=(
        "kubescape:C-0073",
        "popeye:POP-208",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """A mirror of a static pod has its node as owner, and an annotation where it has not."""
    if listing(manifest.metadata, "ownerReferences") or "kubernetes.io/config.mirror" in manifest.annotations:
        return None
    return bad("nothing makes it again when its node is lost", ("kind",))
