"""What a controller makes, it also finds.

What: spec.selector of Deployments, StatefulSets, DaemonSets and ReplicaSets selects the labels of spec.template. Why:
the API server refuses the object. Evidence: the label that differs. Fix: make them equal; the selector of an object
that exists cannot be changed, so change the template.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches

CHECK = Check(
    id="POD045",
    title="a selector matches the labels of its own template",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "argoproj.io/Rollout"),
    remediation="make the template's labels those of the selector",
    equivalents=(
        "kube-score:deployment-pod-selector-labels-match-template-metadata-labels",
        "kube-score:statefulset-pod-selector-labels-match-template-metadata-labels",
        "kube-linter:mismatching-selector",
        "kubescape:C-0296",
        "popeye:POP-508",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """A missing selector is for SCH003."""
    selector, pod = manifest.spec.get("selector"), index.pod(manifest)
    if not isinstance(selector, dict) or pod is None:
        return MOOT
    if not selector:
        return bad("its selector is empty", ("spec", "selector"))
    if matches(selector, pod.labels):
        return None
    wrong = [key for key, value in labels(selector, "matchLabels").items() if pod.labels.get(key) != value]
    said = f"label {wrong[0]} of its selector is not on its pods" if wrong else "its selector does not select its pods"
    return bad(said, ("spec", "selector"), selector=selector, labels=dict(pod.labels))
