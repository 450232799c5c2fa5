"""Whoever adds a container to a pod is the pod.

What: update or patch on pods/ephemeralcontainers. Why: the container brings its own programs, sees the processes of
the one that it targets, and shares volumes and network. Evidence: the rule, and everybody who has it by which
binding. Fix: grant it in one namespace, to people who are on call.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC009",
    title="nobody adds containers to pods by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it in one namespace, to people who are on call",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=("rbac-police:pods_ephemeral_ctrs",),
)

POWERS = (Power("add containers to pods", "update patch", "/pods/ephemeralcontainers"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
