"""Whoever runs a command in a pod is the pod.

What: create or get on pods/exec and pods/attach: a WebSocket asks with get. Why: the token, the Secrets and the
connections of the application are at hand, and the audit log has the first command only. Evidence: the rule, and
everybody who has it by which binding. Fix: grant it per namespace, for a time; give ephemeral access by groups.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC008",
    title="nobody runs commands in pods by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it in one namespace, to people who are on call",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "polaris:clusterrolePodExecAttach",
        "polaris:clusterrolebindingPodExecAttach",
        "polaris:rolePodExecAttach",
        "polaris:rolebindingClusterRolePodExecAttach",
        "polaris:rolebindingRolePodExecAttach",
        "kubescape:C-0002",
        "checkov:CKV2_K8S_2",
        "rbac-police:pods_exec",
    ),
)

POWERS = (Power("run commands in pods", "create get", "/pods/exec /pods/attach"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
