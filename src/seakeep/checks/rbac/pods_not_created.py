"""Whoever creates pods runs as any account of the namespace.

What: create on pods, or on what makes them: Deployments, Jobs and their like. Why: a pod may name any ServiceAccount,
Secret and claim of its namespace; where no Pod Security level is enforced, it may have the node too. Evidence: the
rule, and everybody who has it by which binding. Fix: grant it to the pipeline that deploys, per namespace.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC006",
    title="pods are not created by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it per namespace, where Pod Security is enforced",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kube-linter:access-to-create-pods",
        "kubescape:C-0188",
        "rbac-police:assign_sa",
        "kubeeye:CanModifyWorkloads",
        "cis-1.12:5.1.4",
    ),
)

POWERS = (
    Power("create pods", "create", "/pods"),
    Power(
        "create what makes pods",
        "create",
        "/replicationcontrollers apps/deployments apps/statefulsets apps/daemonsets"
        " apps/replicasets batch/jobs batch/cronjobs",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
