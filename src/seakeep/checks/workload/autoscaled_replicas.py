"""One of the two says how many pods there are: the autoscaler or the manifest.

What: what a HorizontalPodAutoscaler scales has no spec.replicas. Why: each time the manifest is applied it takes the
number back, and the autoscaler starts over, in the middle of the load. Evidence: the autoscaler. Fix: remove
spec.replicas. In a living cluster the field is always there, and nothing is asked.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad, drop
from seakeep.checks.workload.scaling import autoscaler_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD043",
    title="what is autoscaled has no replicas of its own",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Deployment", "StatefulSet", "ReplicaSet", "argoproj.io/Rollout"),
    remediation="remove spec.replicas",
    fixable=True,
    references=(
        "https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#migrating-deployments-and-statefulsets-to-horizontal-autoscaling",
    ),
    equivalents=("kube-score:deployment-targeted-by-hpa-does-not-have-replicas-configured",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By the index of autoscalers."""
    scaler = autoscaler_of(manifest, index)
    if scaler is None or index.policy.complete:
        return MOOT
    if manifest.spec.get("replicas") is None:
        return None
    path = ("spec", "replicas")
    return bad(f"HorizontalPodAutoscaler {scaler.name} scales it too", path, fix=(drop(path),))
