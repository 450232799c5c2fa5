"""A container's user and group are not accounts of the node.

What: runAsUser and runAsGroup are given, on the container or the pod, and are 10000 or higher. Why: where a file of
the node or another pod's volume is reached by mistake, a low number is often somebody's. Evidence: the effective
fields. Fix: give numbers of your own from 10000 up; fsGroup makes volumes readable. A pod with its own user namespace
is not asked.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.workload.views import windows
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD011",
    title="users and groups of containers are none of the node's",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    remediation="set securityContext.runAsUser and runAsGroup to 10000 or higher",
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/security-context/",),
    equivalents=(
        "kube-score:container-security-context-user-group-id",
        "checkov:CKV_K8S_40",
        "gatekeeper:users",
        "gatekeeper:fsgroup",
    ),
)

LOWEST = 10000


def judge(container: Container, _: Index) -> Answer:
    """Both numbers; the first that is missing or low is named."""
    if windows(container.pod) or container.pod.spec.get("hostUsers") is False:
        return MOOT
    for field in ("runAsUser", "runAsGroup"):
        value = container.security.get(field)
        if not isinstance(value, int) or value < LOWEST:
            said = "is not given" if value is None else f"is {value}"
            return bad(f"{field} of container {container.name} {said}", container.security_at(field))
    return None
