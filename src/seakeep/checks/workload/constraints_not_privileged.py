"""On OpenShift, nobody is let through who is the node's root.

What: allowPrivilegedContainer of a SecurityContextConstraints is not true. Why: whoever may use it starts privileged
containers. Evidence: the field. Fix: false, and the one capability that is needed.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD087",
    title="no SecurityContextConstraints allow privileged pods",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("security.openshift.io/SecurityContextConstraints",),
    remediation="set allowPrivilegedContainer: false",
    equivalents=("kube-linter:scc-deny-privileged-container",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The field lies at the top of the object."""
    path = ("allowPrivilegedContainer",)
    return bad("it lets privileged containers through", path) if manifest.body.get(path[0]) is True else None
