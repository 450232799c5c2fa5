"""No two Ingresses answer for the same address.

What: host and path of the rules, over all Ingresses of one class and all namespaces. Two of one namespace that split
a host by paths pass. Why: which of the two answers depends on the controller, often on which is older; one namespace
takes over the requests of another. Evidence: the other Ingress. Fix: one of the two.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET018",
    title="a host and path belong to one Ingress",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.INDEX,
    remediation="give the host and path to one of the two",
    equivalents=("gatekeeper:uniqueingresshost",),
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each that comes again."""
    first: dict[tuple[str, str, str], Manifest] = {}
    for ingress in index.of("Ingress"):
        kind = text(ingress.spec, "ingressClassName") or ingress.annotations.get("kubernetes.io/ingress.class", "")
        for position, rule in mappings(ingress.spec, "rules"):
            host = text(rule, "host")
            paths = [text(each, "path") or "/" for _, each in mappings(rule, "http", "paths")] or ["/"]
            for path in paths if host else ():
                other = first.setdefault((kind, host, path), ingress)
                if other is not ingress:
                    where = ("spec", "rules", position, "host")
                    message = f"{host}{path} belongs to Ingress {other.namespace}/{other.name} too"
                    yield Note(message=message, path=where, about=ingress)
