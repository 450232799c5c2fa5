"""At night, when nothing happens, a node may still be lost.

What: minReplicas is 2 or more; its default is 1. Why: the one copy that is left is away when its node is. Evidence:
the field. Fix: minReplicas: 2, or 3 over three zones.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import number
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD081",
    title="an autoscaler keeps two pods",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("HorizontalPodAutoscaler",),
    remediation="set minReplicas to 2 or more",
    equivalents=(
        "kube-linter:hpa-minimum-three-replicas",
        "kube-score:horizontalpodautoscaler-replicas",
        "polaris:hpaMinAvailability",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """Zero is for what wakes up by events, and somebody's decision."""
    found = number(manifest.spec, "minReplicas")
    return None if found is not None and found != 1 else bad("it goes down to one pod", ("spec", "minReplicas"))
