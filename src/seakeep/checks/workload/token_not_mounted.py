"""A pod has the key to the API server only if something was granted to it.

What: where the pod's ServiceAccount is bound to no role among the objects, and the pod does not ask for the token in
so many words, automountServiceAccountToken is false on the pod or the account. `automountServiceAccountToken: true`
on the pod is a decision and is taken as one. Why: a token that does nothing today is a way in tomorrow, and every pod
of the account has it. Evidence: the account and its bindings. Fix: automountServiceAccountToken: false.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.workload.accounts import account_of, bound
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD028",
    title="a token of the API is mounted only where it is used",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="set automountServiceAccountToken: false on the pod or its ServiceAccount",
    references=(
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
    ),
    equivalents=(
        "polaris:automountServiceAccountToken",
        "kubescape:C-0034",
        "kubescape:C-0190",
        "kubescape:C-0261",
        "kubescape:C-0020",
        "checkov:CKV_K8S_38",
        "gatekeeper:automount-serviceaccount-token",
        "popeye:POP-301",
        "cis-1.12:5.1.6",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """The pod's field wins over the account's."""
    own = pod.spec.get("automountServiceAccountToken")
    if own is not None:
        return None
    name = account_of(pod)
    account = index.get("ServiceAccount", pod.namespace, name)
    if account is not None and account.body.get("automountServiceAccountToken") is False:
        return None
    if bound(index, pod.namespace, name):
        return None
    path = pod.at("automountServiceAccountToken")
    return bad(f"its pods get the token of ServiceAccount {name}, to which nothing is granted here", path, account=name)
