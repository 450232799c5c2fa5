"""A pod that never became ready holds no node up.

What: unhealthyPodEvictionPolicy is AlwaysAllow. Why: by default a running pod that is not ready is evicted only while
enough others are; a workload that is broken then keeps its nodes from being drained until a person deletes it.
Evidence: the field; from 1.27 on it is there without a feature gate. Fix: AlwaysAllow; a quorum that recovers by
itself may want the default.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad, put
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD078",
    title="pods that are broken do not stop a drain",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("PodDisruptionBudget",),
    remediation="set unhealthyPodEvictionPolicy: AlwaysAllow",
    fixable=True,
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/#unhealthy-pod-eviction-policy",),
    equivalents=("kube-linter:pdb-unhealthy-pod-eviction-policy",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """The field is of policy/v1 only."""
    if manifest.version != "v1" or index.policy.target < (1, 27):
        return MOOT
    if manifest.spec.get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return None
    path = ("spec", "unhealthyPodEvictionPolicy")
    return bad("pods that never were ready stop a drain", path, fix=(put(path, "AlwaysAllow"),))
