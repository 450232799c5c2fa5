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


def judge(pod: Pod, index: Index) -> Answer:
    """Without nodes (files) the question does not arise."""
    wanted = labels(pod.spec, "nodeSelector")
    nodes = index.of("Node")
    if not wanted or not nodes or not index.policy.complete:
        return MOOT
    if any(all(node.labels.get(key) == value for key, value in wanted.items()) for node in nodes):
        return None
    said = ", ".join(f"{key}={value}" for key, value in wanted.items())
    return bad(f"no node has {said}", pod.at("nodeSelector"))
