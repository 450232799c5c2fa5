"""Whoever may escalate writes their own role.

What: escalate on roles or clusterroles. Why: the verb lifts the rule that nobody writes into a role what they do not
have. Evidence: the rule, and everybody who has it by which binding. Fix: remove it; operators that manage roles have
their rights themselves.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC015",
    title="nobody writes roles that are more than they have",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="remove the verb escalate",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0191",
        "checkov:CKV_K8S_158",
        "rbac-police:escalate_roles",
        "cis-1.12:5.1.8",
    ),
)

POWERS = (
    Power(
        "write any role",
        "escalate",
        "rbac.authorization.k8s.io/roles rbac.authorization.k8s.io/clusterroles",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
