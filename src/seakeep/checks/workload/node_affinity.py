"""A pod does not land on a node that was bought for something else.

What: nodeSelector or a required nodeAffinity. INFO: in a cluster of equal nodes there is nothing to say, and taints
keep others off better. Why: pods that need a disk, an architecture or a zone run where they cannot. Evidence: the
pod. Fix: a nodeSelector with the label of the pool.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import dig, mapping
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD074",
    title="pods say which nodes they are for, where nodes differ",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add a nodeSelector, where nodes differ",
    equivalents=("kube-linter:no-node-affinity",),
)


def judge(pod: Pod, _: Index) -> Answer:
    """DaemonSets are for every node."""
    if pod.manifest.type == "DaemonSet":
        return MOOT
    if mapping(pod.spec, "nodeSelector"):
        return None
    if dig(pod.spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"):
        return None
    return bad("its pods run on any node", pod.at("nodeSelector"))
