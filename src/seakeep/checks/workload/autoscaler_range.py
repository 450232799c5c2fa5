"""An autoscaler can go up.

What: maxReplicas is above minReplicas; below it the API server refuses the object. Why: with both equal it never does
anything, and is taken for protection. Evidence: both numbers. Fix: a higher maxReplicas.
"""

from seakeep.checks.base import Answer, Check, Note, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.access import number
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD082",
    title="an autoscaler has room",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("HorizontalPodAutoscaler",),
    remediation="raise maxReplicas above minReplicas",
    equivalents=(
        "polaris:hpaMaxAvailability",
        "gatekeeper:horizontalpodautoscaler",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The minimum's default is one."""
    most, least = number(manifest.spec, "maxReplicas"), number(manifest.spec, "minReplicas")
    least = 1 if least is None else least
    if most is None or most > least:
        return None
    message, path = f"it may have {least} to {most} pods", ("spec", "maxReplicas")
    return Note(message=message, path=path, severity=Severity.ERROR if most < least else None)
