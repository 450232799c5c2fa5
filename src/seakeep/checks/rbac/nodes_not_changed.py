"""Whoever changes nodes chooses what runs where.

What: create, update, patch or delete on nodes and nodes/status. Why: with labels, taints and capacity, pods with
their Secrets are drawn to a node that is taken, or driven from all others. Evidence: the rule, and everybody who has
it by which binding. Fix: grant nodes/status to node agents only where they report extended resources.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC019",
    title="nodes are not changed by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it to cluster operators alone",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "rbac-police:modify_node_status",
        "rbac-police:steal_pods",
    ),
)

POWERS = (Power("change nodes", "create update patch delete", "/nodes /nodes/status"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
