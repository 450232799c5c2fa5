"""Services of a namespace select different pods.

What: no other Service of the namespace has the same selector, unless one of the two is headless, or they have
different ports. INFO. Why: it is usually a copied Service whose selector was not changed: requests go to the wrong
pods. Evidence: the other Service. Fix: the selector that was meant.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels, mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET013",
    title="no two Services have the same selector",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="correct the selector of one of the two",
    equivalents=("gatekeeper:uniqueserviceselector",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By the index of selectors; the first of the same is not asked about the second."""
    if not mapping(manifest.spec, "selector"):
        return MOOT
    others = [each for each in index.once(_by_selector).get(_key(manifest), []) if each is not manifest]
    if not others:
        return None
    return bad(f"Service {others[0].name} selects the same pods on the same ports", ("spec", "selector"))


def _by_selector(index: Index) -> dict[tuple[object, ...], list[Manifest]]:
    found: dict[tuple[object, ...], list[Manifest]] = {}
    for each in index.of("Service"):
        found.setdefault(_key(each), []).append(each)
    return found


def _key(service: Manifest) -> tuple[object, ...]:
    selector = tuple(sorted(labels(service.spec, "selector").items()))
    ports = tuple(sorted(str(port.get("port")) for _, port in mappings(service.spec, "ports")))
    return (service.namespace, selector, ports, service.spec.get("clusterIP") == "None")
