"""A budget protects somebody.

What: the selector of each PodDisruptionBudget selects pods of its namespace. An empty selector selects all of them in
policy/v1, and a missing one none. Why: a budget whose selector is out of date looks right and stops no drain.
Evidence: the selector. Fix: the labels of the pods.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.workload.scaling import covered
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD075",
    title="a PodDisruptionBudget selects pods",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("PodDisruptionBudget",),
    remediation="use the labels of the pods in the selector",
    references=("https://kubernetes.io/docs/tasks/run-application/configure-pdb/",),
    equivalents=("popeye:POP-900",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """By index."""
    path = ("spec", "selector")
    if not isinstance(manifest.spec.get("selector"), dict):
        return bad("it has no selector, and selects nothing", path)
    if covered(manifest, index):
        return None
    return missing(index, "Pod", manifest.namespace, f"it selects no pods in {manifest.namespace}", path)
