"""Whoever writes bindings hands on all that they have.

What: create, update or patch on roles, clusterroles and their bindings. Why: rights spread to whom they like, and a
change of a role that is bound is a grant; the API server only stops what they do not have themselves. Evidence: the
rule, and everybody who has it by which binding. Fix: grant it to those who administer the cluster.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC035",
    title="roles and bindings are not written by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it to those who administer the cluster",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0191",
        "checkov:CKV2_K8S_1",
    ),
)

POWERS = (
    Power(
        "write roles and bindings",
        "create update patch",
        "rbac.authorization.k8s.io/clusterrolebindings rbac.authorization.k8s.io/rolebindings"
        " rbac.authorization.k8s.io/clusterroles rbac.authorization.k8s.io/roles",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
