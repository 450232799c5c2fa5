"""Nobody is above authorization.

What: no binding of yours has the group system:masters as a subject. Why: its members are let through before any role
is looked at: the binding grants them nothing, shows that somebody uses the group, and no binding takes it back from
them. Evidence: the subject. Fix: a group of your own that is bound to cluster-admin, which can be unbound.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.rbac.grants import Grants, own
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC028",
    title="the group system:masters is not used",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("RoleBinding", "ClusterRoleBinding"),
    remediation="use a group of your own",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",),
    equivalents=(
        "kubescape:C-0246",
        "cis-1.12:5.1.7",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Kubernetes' own binding of it is everywhere."""
    if own(manifest):
        return MOOT
    subjects = index.once(Grants).binding(manifest).subjects
    if "Group system:masters" not in subjects:
        return None
    return bad("system:masters is let through whatever is bound", ("subjects", subjects.index("Group system:masters")))
