"""Where there are network policies, something enforces them.

What: the DaemonSets of a cluster that was read, when it has NetworkPolicies: one of those that are known to enforce
them (Calico, Cilium, Antrea, kube-router, kube-network-policies, Weave, OVN). Why: Flannel alone, and the reference
plugins, accept every policy and enforce none; the pods are as open as before. Evidence: the DaemonSets' images. Fix:
a network plugin that enforces, or kube-network-policies beside the one there is.
"""

import re

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA010",
    title="network policies are enforced",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("NetworkPolicy",),
    remediation="install kube-network-policies, or a network plugin that enforces policies",
    equivalents=("cis-1.12:5.3.1", "kubescape:C-0205"),
)
ENFORCERS = re.compile(
    r"(^|/)(calico[a-z-]*|cilium[a-z-]*|antrea[a-z-]*|kube-router|kube-network-policies|weave-npc|ovn[a-z-]*|canal|azure-npm"
    r"|aws-network-policy-agent)[:@]?"
)


def enforced(index: Index) -> bool:
    """Whether a DaemonSet runs an image of one of them."""
    return any(
        ENFORCERS.search(container.image.partition("@")[0])
        for daemon in index.of("DaemonSet")
        if (pod := index.pod(daemon)) is not None
        for container in pod.containers
    )


def judge(_: Manifest, index: Index) -> Answer:
    """Only a cluster that was read whole can tell."""
    if not index.policy.complete or not index.of("Node"):
        return MOOT
    return None if index.once(enforced) else bad("nothing in the cluster is known to enforce it", ("spec",))
