"""A Service says what it means, not where it is today.

What: targetPort is a name. INFO. Why: a rollout that changes the number then goes without an interruption, since each
pod has its own. Evidence: the port. Fix: name the container's port, and target the name.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET014",
    title="Services target ports by name",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Service",),
    remediation="target the name of the container's port",
    equivalents=("popeye:POP-1102",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The first that is a number."""
    if not mapping(manifest.spec, "selector"):
        return MOOT
    for position, port in mappings(manifest.spec, "ports"):
        if not isinstance(port.get("targetPort"), str):
            return bad("its target is a number", ("spec", "ports", position, "targetPort"))
    return None
