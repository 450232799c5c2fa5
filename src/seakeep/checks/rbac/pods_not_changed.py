"""Whoever changes a workload runs as its account.

What: update or patch on pods, or on what makes them. Why: another image in a pod that has a token uses the token.
Evidence: the rule, and everybody who has it by which binding. Fix: grant scale or status alone where that is enough,
per namespace.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC007",
    title="pods and what makes them are not changed by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant the subresource that is needed, per namespace",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "rbac-police:modify_pods",
        "kubeeye:CanModifyWorkloads",
        "kubeeye:CanModifyResources",
    ),
)

POWERS = (
    Power(
        "change pods or what makes them",
        "update patch",
        "/pods /replicationcontrollers apps/deployments apps/statefulsets apps/daemonsets"
        " apps/replicasets batch/jobs batch/cronjobs",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
