"""A pod does not sit in the node's network.

What: hostNetwork is not true. Why: such a pod sees the node's traffic, reaches what listens on the node's loopback,
such as the kubelet's health port, has the node's address towards cloud metadata, and no NetworkPolicy holds it.
Evidence: the pod's field. Fix: remove hostNetwork and publish with a Service; network plugins and node agents are
waived.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD009",
    title="pods have their own network",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove hostNetwork, and publish ports with a Service",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline",),
    equivalents=(
        "kube-linter:host-network",
        "polaris:hostNetworkSet",
        "kubescape:C-0041",
        "kubescape:C-0196",
        "kubescape:C-0216",
        "checkov:CKV_K8S_4",
        "checkov:CKV_K8S_19",
        "gatekeeper:host-network-ports",
        "kubeeye:HostNetworkAllowed",
        "cis-1.12:5.2.5",
    ),
)


def judge(pod: Pod, _: Index) -> Answer:
    """The pod's field."""
    found = pod.spec.get("hostNetwork") is True
    return bad("its pods share the node's network", pod.at("hostNetwork")) if found else None
