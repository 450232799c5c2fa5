"""One budget decides about a pod.

What: at most one PodDisruptionBudget of the namespace selects the pod. Why: the eviction API refuses to evict a pod
that two select, with an internal error, whatever they allow: no drain ends. Evidence: the budgets. Fix: selectors
that do not overlap.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.workload.scaling import budgets
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD079",
    title="no pod has two PodDisruptionBudgets",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="make the selectors of the budgets exclude each other",
    equivalents=("popeye:POP-209",),
)


def judge(pod: Pod, index: Index) -> Answer:
    """By index."""
    found = index.once(budgets).get(id(pod))
    if found is None or len(found) < 2:
        return None
    names = sorted(each.name for each in found)
    return bad(f"{len(names)} budgets select its pods: {', '.join(names)}", pod.template_path, budgets=names)
