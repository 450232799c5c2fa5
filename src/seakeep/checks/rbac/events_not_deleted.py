"""Whoever deletes events removes their traces.

What: delete or deletecollection on events. Why: events say what was started where; nobody needs to delete them, they
end by themselves. Evidence: the rule, and everybody who has it by which binding. Fix: remove it.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC024",
    title="events are not deleted by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="remove delete on events",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=("kubescape:C-0031",),
)

POWERS = (Power("delete events", "delete deletecollection", "/events events.k8s.io/events"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
