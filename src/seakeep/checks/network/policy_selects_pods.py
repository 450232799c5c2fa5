"""A network policy holds somebody.

What: the selector of each policy selects pods of its namespace (or of the cluster) among the objects; an empty one
selects all, and passes though there are none yet. Why: a policy whose selector is out of date looks right and
protects nothing. Evidence: the selector. Fix: the labels of the pods.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope
from seakeep.checks.network.policies import POLICIES, parts
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NET003",
    title="a network policy selects pods",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=POLICIES,
    remediation="use the labels of the pods in the selector",
    equivalents=(
        "kube-score:networkpolicy-targets-pod",
        "kube-linter:dangling-networkpolicy",
        "kubescape:C-0299",
        "popeye:POP-1200",
        "popeye:POP-1700",
    ),
)


def judge(manifest: Manifest, index: Index) -> Iterator[Note]:
    """One note for each selector."""
    for part in parts(manifest):
        if not part.selector and not part.expression:
            continue
        if not part.selected(index):
            where = "the cluster" if part.everywhere else manifest.namespace
            yield missing(index, "Pod", manifest.namespace, f"it selects no pods in {where}", part.path)
