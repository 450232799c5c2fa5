"""Each way of a Gateway route ends somewhere.

What: every backendRef of HTTPRoute, GRPCRoute, TCPRoute, TLSRoute and UDPRoute that is a Service names one, with its
port; one in another namespace needs a ReferenceGrant there. Why: the Gateway answers 500 for what it cannot resolve.
Evidence: the reference. Fix: the right name or port, or the ReferenceGrant.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.network.services import ROUTES, has_port
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET021",
    title="a route sends to a Service that exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ROUTES,
    remediation="correct the backendRef, or grant the reference",
    references=("https://gateway-api.sigs.k8s.io/api-types/httproute/#backendrefs-optional",),
    equivalents=("kubescape:C-0302",),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """One note for each reference."""
    for position, rule in mappings(manifest.spec, "rules"):
        for place, reference in mappings(rule, "backendRefs"):
            if text(reference, "kind") in {"", "Service"} and not text(reference, "group"):
                path = ("spec", "rules", position, "backendRefs", place)
                note = _one(manifest, reference, path, index)
                if note is not None:
                    yield note


def _one(manifest: Manifest, reference: JsonObject, path: Path, index: Index) -> Note | None:
    name, namespace = text(reference, "name"), text(reference, "namespace") or manifest.namespace
    service = index.get("Service", namespace, name)
    if service is None:
        return missing(index, "Service", namespace, f"there is no Service {name} in {namespace}", path)
    if not has_port(service, reference.get("port")):
        return bad(f"Service {name} has no port {reference.get('port')}", path)
    if namespace != manifest.namespace and not any(
        text(each, "kind") == manifest.kind and text(each, "namespace") == manifest.namespace
        for grant in index.of("ReferenceGrant")
        if grant.namespace == namespace
        for _, each in mappings(grant.spec, "from")
    ):
        return missing(index, "ReferenceGrant", namespace, f"no ReferenceGrant in {namespace} allows it", path)
    return None
