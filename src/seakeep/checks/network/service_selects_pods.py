"""There is somebody behind a Service.

What: the selector of each Service that has one selects pods of its namespace among the objects. ExternalName
Services, and those without a selector, whose endpoints somebody else writes, are not asked. Why: requests are
refused, and a label that differs by one letter is easily read over. Evidence: the selector, and the label that no pod
wears. Fix: the labels of the pods.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import plain

CHECK = Check(
    id="NET007",
    title="a Service selects pods",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="use the labels of the pods in the selector",
    equivalents=(
        "kube-score:service-targets-pod",
        "kube-linter:dangling-service",
        "kubescape:C-0293",
        "popeye:POP-1100",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """A Job's pods do not serve, but a Service may still select them."""
    selector = labels(manifest.spec, "selector")
    if not selector or manifest.spec.get("type") == "ExternalName":
        return MOOT
    if index.selected(plain(dict(selector)), manifest.namespace):
        return None
    alone = [key for key, value in selector.items() if not index.selected(plain({key: value}), manifest.namespace)]
    said = f"no pod in {manifest.namespace} has {alone[0]}: {selector[alone[0]]}" if alone else (
        f"no pod in {manifest.namespace} has all labels of its selector")  # fmt: skip
    return missing(index, "Pod", manifest.namespace, said, ("spec", "selector"))
