"""What runs in several copies says how many may be away on purpose.

What: a PodDisruptionBudget that selects the pods of every Deployment and StatefulSet with two replicas or more. One
replica cannot keep a budget and be drained. Why: draining two nodes at once, as an upgrade does, would otherwise take
all copies. Evidence: the budgets of the namespace. Fix: a PodDisruptionBudget with maxUnavailable: 1.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.workload.scaling import budgets, copies
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD005",
    title="replicas are covered by a PodDisruptionBudget",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    types=("Deployment", "StatefulSet"),
    remediation="add a PodDisruptionBudget that selects these pods",
    equivalents=(
        "kube-score:deployment-has-poddisruptionbudget",
        "kube-score:statefulset-has-poddisruptionbudget",
        "polaris:missingPodDisruptionBudget",
        "popeye:POP-206",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """By index: each budget is looked at once in a run. An empty selector covers the namespace, a missing one
    nothing."""
    if copies(pod.manifest, index) < 2:
        return MOOT
    if id(pod) in index.once(budgets):
        return None
    return bad(f"no PodDisruptionBudget in {pod.namespace} selects its pods", pod.template_path)
