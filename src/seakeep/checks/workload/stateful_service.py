"""The pods of a StatefulSet have names that are resolved.

What: serviceName names a Service among the objects that is headless (clusterIP: None) and selects the pods. Why:
without it web-0.web does not exist, and members do not find each other. Evidence: the Service. Fix: add it, with
publishNotReadyAddresses where members must meet before they are ready. What needs no names of its pods leaves
serviceName out, which passes.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches, plain

CHECK = Check(
    id="POD046",
    title="a StatefulSet has its headless Service",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("StatefulSet",),
    remediation="add a headless Service of that name",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id",),
    equivalents=("kube-score:statefulset-has-servicename",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By name, then by what the Service selects."""
    name, pod = text(manifest.spec, "serviceName"), index.pod(manifest)
    if not name:
        return None
    path = ("spec", "serviceName")
    service = index.get("Service", manifest.namespace, name)
    if service is None:
        return missing(
            index, "Service", manifest.namespace, f"there is no Service {name} in {manifest.namespace}", path
        )
    if service.spec.get("clusterIP") != "None":
        return bad(f"Service {name} is not headless: names of single pods do not exist", path)
    selector = labels(service.spec, "selector")
    if pod is not None and not matches(plain(selector), pod.labels):
        return bad(f"Service {name} does not select its pods", path)
    return None
