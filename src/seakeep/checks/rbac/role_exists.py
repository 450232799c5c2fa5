"""A binding grants something.

What: roleRef names a Role of the namespace or a ClusterRole that is among the objects, or one of those that
Kubernetes makes. Other checks of RBAC follow bindings to roles, and can say nothing about this one where the role is
not known. Why: it grants nothing today; whoever creates a role of that name decides what it grants tomorrow.
Evidence: the name. Fix: the right name.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import ROLES, Grants, own
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC001",
    title="the role of a binding exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="correct roleRef, or add the role",
    equivalents=("popeye:POP-1300",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """`system:` roles are Kubernetes' own."""
    if own(manifest):
        return MOOT
    key = index.once(Grants).binding(manifest).role
    kind, namespace, name = key
    path = ("roleRef",)
    if not name or kind not in ROLES:
        return bad("roleRef names no role", path)
    if index.once(Grants).roles.get(key) is not None or (kind == "ClusterRole" and name.startswith("system:")):
        return None
    where = f" in {namespace}" if namespace else ""
    return missing(index, kind, namespace, f"there is no {kind} {name}{where}", path)
