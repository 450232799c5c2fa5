"""Each way of an Ingress ends somewhere.

What: every backend names a Service of the namespace, and a port that the Service has by name or number; both forms of
Ingress are read. Why: the controller answers 503 for it, or drops the whole Ingress. Evidence: the backend. Fix: the
right name or port.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.network.services import backends, has_port
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET015",
    title="an Ingress sends to a Service that exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Ingress",),
    remediation="correct the backend's Service or port",
    equivalents=(
        "kube-score:ingress-targets-service",
        "kube-linter:dangling-ingress",
        "kubescape:C-0298",
        "popeye:POP-1401",
        "popeye:POP-1402",
        "popeye:POP-1404",
    ),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """One note for each backend."""
    for each in backends(manifest):
        if not each.name:
            yield bad("the backend names no Service", each.path)
            continue
        service = index.get("Service", manifest.namespace, each.name)
        if service is None:
            message = f"there is no Service {each.name} in {manifest.namespace}"
            yield missing(index, "Service", manifest.namespace, message, each.path)
        elif each.port is None:
            yield bad("the backend names no port", each.path)
        elif not has_port(service, each.port) and service.spec.get("type") != "ExternalName":
            yield bad(f"Service {each.name} has no port {each.port}", each.path)
