"""The account that a pod runs as is there.

What: serviceAccountName names a ServiceAccount of the namespace among the objects. `default` is made by Kubernetes.
In files, where no account of the namespace is among the objects, they may be somebody else's: UNKNOWN. Why: no pod is
created until it exists, and nothing says so but an event of the ReplicaSet. Evidence: the name. Fix: add the
ServiceAccount.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.checks.workload.accounts import account_of
from seakeep.checks.workload.views import missing
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD030",
    title="the ServiceAccount exists",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add the ServiceAccount, or correct its name",
    equivalents=(
        "kube-linter:non-existent-service-account",
        "kubescape:C-0307",
        "popeye:POP-307",
        "popeye:POP-507",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """Absence is proof only where everything was read."""
    name = account_of(pod)
    if name == "default" or index.get("ServiceAccount", pod.namespace, name) is not None:
        return None
    path = pod.at("serviceAccountName")
    return missing(
        index, "ServiceAccount", pod.namespace, f"there is no ServiceAccount {name} in {pod.namespace}", path
    )
