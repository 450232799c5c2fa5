"""Whoever takes a pod does not have the cluster.

What: the account that the pods run as has, by a binding for all namespaces, neither everything nor a power that leads
to it: creating pods, reading Secrets, binding, escalating, impersonating, kubelets, admission, volumes of nodes. A
pod without a token holds nothing. Why: a mistake in one program is then one request away from everything. Evidence:
the way from the account to the power. Fix: bindings per namespace, names in rules; what must have it (a deployer, an
operator) is waived.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.rbac.grants import Grants
from seakeep.checks.rbac.paths import Ways
from seakeep.checks.rbac.powers import account
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="RBAC032",
    title="no workload holds the whole cluster",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="bind per namespace, and name objects in rules",
    equivalents=(
        "kubescape:C-0053",
        "kubescape:C-0267",
        "kubescape:C-0272",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """The account's own switch counts where the pod has none."""
    subject = account(pod)
    if subject not in index.once(Grants).by_subject:
        return None
    mounted = pod.spec.get("automountServiceAccountToken")
    if mounted is None:
        found = index.get("ServiceAccount", pod.namespace, subject.rpartition("/")[2])
        mounted = found.body.get("automountServiceAccountToken") if found is not None else None
    way = index.once(Ways).whole_cluster(subject)
    if way is None or mounted is False:
        return None
    message = f"whoever takes one of its pods can {way[-1] if way[-1] != 'everything' else 'do everything'}"
    return bad(message, pod.at("serviceAccountName"), way=" -> ".join((subject, *way)))
