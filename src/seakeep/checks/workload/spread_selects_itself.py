"""A rule that spreads pods selects the pods that it spreads.

What: each topology spread constraint, and each anti-affinity over hostnames of a workload with copies, has a selector
that selects the pod's own labels. Why: with a selector that selects nothing the rule is kept by any arrangement; it
looks right and does nothing. Evidence: the selector and the labels. Fix: the labels of the pod in the selector.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.scaling import SCALED
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod
from seakeep.manifests.selectors import matches

CHECK = Check(
    id="POD048",
    title="spreading counts the pods themselves",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    types=SCALED,
    remediation="use the pod's own labels in the selector",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/topology-spread-constraints/",),
)


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """Constraints only: an anti-affinity may well be against somebody else."""
    if "topologySpreadConstraints" not in pod.spec:
        return
    for position, each in mappings(pod.spec, "topologySpreadConstraints"):
        selector = each.get("labelSelector")
        if isinstance(selector, dict) and matches(selector, pod.labels):
            continue
        path = pod.at("topologySpreadConstraints", position, "labelSelector")
        yield bad("the constraint does not count the pods that it is meant to spread", path, labels=dict(pod.labels))
