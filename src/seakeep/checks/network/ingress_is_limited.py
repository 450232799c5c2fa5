"""Not everybody in the cluster can connect to a pod.

What: a policy for ingress selects the pods: NetworkPolicy, CiliumNetworkPolicy, CiliumClusterwideNetworkPolicy, or
Calico's two. An empty selector selects all pods of its namespace. Pods in the node's network are held by no policy
and are not asked. Why: without one, whoever takes any pod reaches all others. Evidence: the policies of the
namespace. Fix: a policy of the namespace that denies ingress, and one that allows what is meant.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.network.policies import held
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="NET001",
    title="a network policy says who may call",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add a default-deny NetworkPolicy for the namespace, and allow what is meant",
    references=("https://kubernetes.io/docs/concepts/services-networking/network-policies/",),
    equivalents=(
        "kube-linter:non-isolated-pod",
        "kube-score:pod-networkpolicy",
        "polaris:missingNetworkPolicy",
        "kubescape:C-0030",
        "kubescape:C-0049",
        "kubescape:C-0054",
        "kubescape:C-0206",
        "kubescape:C-0260",
        "checkov:CKV2_K8S_6",
        "popeye:POP-1204",
        "cis-1.12:5.3.2",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """By the index of all policies."""
    if pod.spec.get("hostNetwork") is True:
        return MOOT
    if id(pod) in index.once(held).ingress:
        return None
    return bad(f"no policy in {pod.namespace} says who may connect to its pods", pod.template_path)
