"""A pod that talks to the API server has an account of its own.

What: serviceAccountName is given and is not default, unless no token is mounted at all. Why: what is granted to one
pod of the default account is granted to all pods of the namespace, and the audit log cannot tell them apart.
Evidence: the name. Fix: a ServiceAccount of its own, or automountServiceAccountToken: false.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.checks.workload.accounts import account_of
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD029",
    title="pods do not share the default ServiceAccount",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="give the pod a ServiceAccount of its own",
    equivalents=(
        "kube-linter:default-service-account",
        "kubescape:C-0189",
        "checkov:CKV_K8S_41",
        "popeye:POP-300",
        "cis-1.12:5.1.5",
    ),
)


def judge(pod: Pod, index: Index) -> Answer:
    """An account nobody has a token of can be shared."""
    if account_of(pod) != "default" or pod.spec.get("automountServiceAccountToken") is False:
        return None
    account = index.get("ServiceAccount", pod.namespace, "default")
    if account is not None and account.body.get("automountServiceAccountToken") is False:
        return None
    return bad("its pods have the token that all others of the namespace have", pod.at("serviceAccountName"))
