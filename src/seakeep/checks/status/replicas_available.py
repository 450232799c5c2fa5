"""As many pods are available as are wanted.

What: served Deployments, StatefulSets, DaemonSets and ReplicaSets: available against wanted, where the controller has
seen the newest form of the object. Why: it runs on less than it was sized for, and survives less. Evidence: both
numbers. Fix: what keeps the others from being ready: images, resources, probes, volumes.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad, unsure
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, number
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA005",
    title="workloads have the replicas that they want",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
    remediation="kubectl describe the pods that are not ready",
    equivalents=(
        "popeye:POP-501",
        "popeye:POP-1120",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """A status that is older than the object says nothing about it."""
    status = mapping(manifest.body, "status")
    if not status:
        return MOOT
    if (number(status, "observedGeneration") or 0) < (number(manifest.metadata, "generation") or 0):
        return unsure("its controller has not seen its newest form yet", ("status",))
    if manifest.type == "DaemonSet":
        wanted, there = number(status, "desiredNumberScheduled") or 0, number(status, "numberAvailable") or 0
    else:
        given = number(manifest.spec, "replicas")
        wanted, there = 1 if given is None else given, number(status, "availableReplicas") or 0
    return (
        None
        if there >= wanted
        else bad(f"{there} of {wanted} are available", ("status",), wanted=wanted, available=there)
    )
