"""Whoever deletes workloads or claims takes the service down.

What: delete or deletecollection on workloads, Services, claims, volumes, Secrets, ConfigMaps and namespaces. Why:
deletecollection is one request for all of them, and a claim takes its data along. Evidence: the rule, and everybody
who has it by which binding. Fix: grant delete per namespace, deletecollection to nobody.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC023",
    title="workloads and their data are not deleted by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant delete per namespace, and deletecollection to nobody",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0007",
        "kubeeye:CanModifyResources",
    ),
)

POWERS = (
    Power(
        "delete workloads or their data",
        "deletecollection delete",
        "/pods /namespaces /persistentvolumeclaims /persistentvolumes /secrets /services"
        " /configmaps apps/deployments apps/statefulsets apps/daemonsets batch/jobs batch/cronjobs",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
