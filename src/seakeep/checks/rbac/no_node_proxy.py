"""Whoever reaches a kubelet runs commands in every pod of the node.

What: get, create, update or patch on nodes/proxy. get is enough: a WebSocket to exec asks with it. Why: the kubelet
does what it is asked, past admission and the audit log of the API server; metrics need nodes/metrics and nodes/stats
alone. Evidence: the rule, and everybody who has it by which binding. Fix: nodes/metrics, nodes/stats, nodes/log.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC011",
    title="nobody reaches kubelets by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant nodes/metrics, nodes/stats or nodes/log in place of nodes/proxy",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0279",
        "checkov:CKV2_K8S_2",
        "rbac-police:nodes_proxy",
        "cis-1.12:5.1.10",
    ),
)

POWERS = (Power("reach every kubelet", "get create update patch", "/nodes/proxy"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
