"""Nobody can become an account of kube-system.

What: no binding in kube-system gives its subjects a power that makes them an account there: starting pods, commands
in pods, tokens, Secrets, impersonation. Kubernetes' own and system: subjects are not asked. Why: the accounts of
controllers live there, and some of them may do everything; a Role that would be harmless elsewhere is the cluster
here. Evidence: the rule. Fix: another namespace.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import Grants, own
from seakeep.checks.rbac.paths import BECOME
from seakeep.checks.rbac.powers import SHOWN, paths
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC036",
    title="kube-system is closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding",),
    remediation="grant it in another namespace",
    equivalents=(
        "rbac-police:obtain_token_weak_ns",
        "rbac-police:rce_weak_ns",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """ClusterRoleBindings reach it too, and are judged power by power."""
    if manifest.namespace != "kube-system" or own(manifest):
        return MOOT
    grants = index.once(Grants)
    binding = grants.binding(manifest)
    role = grants.roles.get(binding.role)
    outside = [
        each for each in binding.subjects if not each.startswith(("ServiceAccount kube-system/", "User system:"))
    ]
    if role is None or not outside:
        return MOOT
    for rule in role.rules:
        for power in BECOME:
            if power.given_by(rule):
                ways = [" -> ".join(way) for way in paths(binding, rule, index)][:SHOWN]
                return bad(f"it lets {outside[0]} {power.what} in kube-system", ("roleRef",), paths=ways)
    return None
