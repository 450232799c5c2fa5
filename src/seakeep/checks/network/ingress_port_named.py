"""An Ingress says what it means, not where it is today.

What: the port of a backend is a name. INFO. Why: see NET014. Evidence: the port. Fix: name the Service's port.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.network.services import backends
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET016",
    title="an Ingress names ports",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Ingress",),
    remediation="use the name of the Service's port",
    equivalents=("popeye:POP-1403",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The first that is a number."""
    for each in backends(manifest):
        if isinstance(each.port, int):
            return bad(f"the backend is port {each.port} of Service {each.name}", each.path)
    return None
