"""What a load balancer publishes, it can publish.

What: errors in status.loadBalancer of served Ingresses and Services. Why: a port that is not open is not found by
anybody inside. Evidence: the error. Fix: the controller's log.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA007",
    title="load balancers report no error",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Ingress", "Service"),
    remediation="look at the controller that answers for it",
    equivalents=("popeye:POP-1400",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """Every port of every address."""
    found = mappings(manifest.body, "status", "loadBalancer", "ingress")
    return list(_said(found)) if found else MOOT


def _said(found: list[tuple[int, JsonObject]]) -> Iterator[Note]:
    for number_, address in found:
        for place, port in mappings(address, "ports"):
            if error := text(port, "error"):
                path = ("status", "loadBalancer", "ingress", number_, "ports", place)
                yield bad(f"port {port.get('port')}: {error}", path)
