"""Whoever writes the status of pods sends traffic where they like.

What: update or patch on pods/status. Why: addresses and readiness in the status are what Services and network
policies go by. Evidence: the rule, and everybody who has it by which binding. Fix: leave it to kubelets.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC020",
    title="the status of pods is not changed by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="leave it to kubelets",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=("rbac-police:modify_pod_status",),
)

POWERS = (Power("write the status of pods", "update patch", "/pods/status"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
