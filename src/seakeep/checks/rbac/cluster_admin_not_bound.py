"""No binding gives away everything.

What: bindings of cluster-admin, or of any role that allows every verb on every resource, by whatever name.
Kubernetes' own binding for system:masters is not asked. In one namespace it is a warning. Why: it is the whole
cluster, and no other rule matters any more. Evidence: who has it. Fix: the roles that are needed; admin per namespace
for people.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Scope
from seakeep.checks.rbac.grants import Grants, own
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC002",
    title="nobody may do everything",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="bind a role that allows what is needed",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kube-linter:cluster-admin-role-binding",
        "polaris:clusterrolebindingClusterAdmin",
        "polaris:rolebindingClusterAdminClusterRole",
        "polaris:rolebindingClusterAdminRole",
        "kubescape:C-0035",
        "kubescape:C-0185",
        "kubescape:C-0272",
        "rbac-police:cluster_admin",
        "cis-1.12:5.1.1",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By what the role allows, not by its name."""
    if own(manifest):
        return MOOT
    grants = index.once(Grants)
    binding = grants.binding(manifest)
    role = grants.roles.get(binding.role)
    if role is None or not role.everything:
        return None
    who = ", ".join(binding.subjects[:3]) or "nobody yet"
    where = f"in {binding.namespace}" if binding.namespace else "in the whole cluster"
    return Note(
        message=f"{who} may do everything {where}", path=("roleRef",), evidence={"subjects": list(binding.subjects)},
        severity=Severity.WARNING if binding.namespace else None,
    )  # fmt: skip
