"""What is to be scraped is found.

What: the selector of each ServiceMonitor selects Services in the namespaces that it names, among the objects; an
endpoint's port is one of theirs. PodMonitors are asked about pods. Why: Prometheus says nothing about a monitor that
finds nothing; what is not scraped raises no alert. Evidence: the selector. Fix: the labels of the Service, not of its
pods.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope
from seakeep.checks.network.services import ServiceLabels
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import labels, mapping, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches

CHECK = Check(
    id="NET022",
    title="a ServiceMonitor selects Services",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("monitoring.coreos.com/ServiceMonitor", "monitoring.coreos.com/PodMonitor"),
    remediation="use the labels of the Services in the selector",
    equivalents=("kube-linter:dangling-servicemonitor",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By the index of labels."""
    selector = mapping(manifest.spec, "selector")
    chosen = mapping(manifest.spec, "namespaceSelector")
    pods = manifest.kind == "PodMonitor"
    if chosen.get("any") is True:
        return MOOT if not index.policy.complete else None
    namespaces = texts(chosen, "matchNames") or [manifest.namespace]
    for namespace in namespaces:
        if index.selected(selector, namespace) if pods else _services(selector, namespace, index):
            return None
    what = "pods" if pods else "Services"
    message = f"it selects no {what} in {', '.join(namespaces)}"
    return missing(index, "Pod" if pods else "Service", namespaces[0], message, ("spec", "selector"))


def _services(selector: JsonObject, namespace: str, index: Index) -> bool:
    """The rarest label first."""
    known = index.once(ServiceLabels)
    candidates = known.within.get(namespace, [])
    for key, value in labels(selector, "matchLabels").items():
        candidates = min(candidates, known.wearing.get((namespace, key, value), []), key=len)
    return any(matches(selector, each.labels) for each in candidates)
