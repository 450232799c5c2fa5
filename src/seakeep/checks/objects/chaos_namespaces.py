"""A fault names its namespaces.

What: selector.namespaces, or pods by name, in every object of Chaos Mesh. Why: without them it is the object's own
namespace, or the whole cluster where the webhook is off. Evidence: the selector. Fix: `namespaces: [NAME]`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.objects.chaos import TYPES
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="CHM002",
    title="a fault names its namespaces",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=TYPES,
    remediation="selector: {namespaces: [NAME]}",
)


def judge(each: Manifest, _: Index) -> Answer:
    """`pods` maps namespaces to names."""
    selector = mapping(each.spec, "selector")
    if not selector:
        return MOOT
    if selector.get("namespaces") or selector.get("pods"):
        return None
    return bad("its namespaces are not named", ("spec", "selector"))
