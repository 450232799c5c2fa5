"""A HorizontalPodAutoscaler has something to scale.

What: scaleTargetRef names an object of the namespace among those that are judged. Why: it does nothing, and nothing
says so but its own condition. Evidence: kind and name. Fix: the right name.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.workload.scaling import target_of
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD080",
    title="what an autoscaler scales exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("HorizontalPodAutoscaler",),
    remediation="correct scaleTargetRef",
    equivalents=(
        "kube-linter:dangling-horizontalpodautoscaler",
        "kube-score:horizontalpodautoscaler-has-target",
        "kubescape:C-0300",
        "popeye:POP-600",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By type and name."""
    kind, name = target_of(manifest)
    if index.get(kind, manifest.namespace, name) is not None:
        return None
    message = f"there is no {kind} {name} in {manifest.namespace}"
    return missing(index, "Pod", manifest.namespace, message, ("spec", "scaleTargetRef"))
