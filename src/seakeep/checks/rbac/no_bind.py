"""Whoever may bind any role has every role.

What: bind on roles or clusterroles without names. Why: the verb lifts the rule that nobody gives away what they do
not have. Evidence: the rule, and everybody who has it by which binding. Fix: name the roles.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC014",
    title="nobody binds roles that they do not have",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="name the roles in resourceNames",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0191",
        "checkov:CKV_K8S_157",
        "checkov:CKV2_K8S_1",
        "rbac-police:bind_roles",
        "cis-1.12:5.1.8",
    ),
)

POWERS = (
    Power(
        "bind any role",
        "bind",
        "rbac.authorization.k8s.io/roles rbac.authorization.k8s.io/clusterroles",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
