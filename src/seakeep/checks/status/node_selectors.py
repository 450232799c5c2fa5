"""A pod that asks for certain nodes finds some.

What: nodeSelector of every pod template, where the cluster's nodes were read. Why: its pods stay Pending for ever.
Evidence: the labels that no node has together. Fix: the label, or the selector.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="STA008",
    title="node selectors match nodes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="label a node, or correct the selector",
    equivalents=("popeye:POP-1701",),
)


def wearing(index: Index) -> dict[tuple[str, str], set[str]]:
    """A label with its value -> the nodes that have it."""
    found: dict[tuple[str, str], set[str]] = {}
    for node in index.of("Node"):
        for label in node.labels.items():
            found.setdefault(label, set()).add(node.name)
    return found


def judge(pod: Pod, index: Index) -> Answer:
    """Without nodes (files) the question does not arise."""
    wanted = labels(pod.spec, "nodeSelector")
    if not wanted or not index.policy.complete or not index.of("Node"):
        return MOOT
    nodes = index.once(wearing)
    if set.intersection(*(nodes.get(label, set()) for label in wanted.items())):
        return None
    said = ", ".join(f"{key}={value}" for key, value in wanted.items())
    return bad(f"no node has {said}", pod.at("nodeSelector"))
