"""A container that has a CPU limit asks for all of it.

What: request and limit of CPU are equal on long-running containers that have a limit. INFO: only what needs steady
latency or its own cores wants it. Why: the guaranteed class and the kubelet's static CPU policy need it. Evidence:
both numbers. Fix: make them equal, or remove the limit.
"""

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container
from seakeep.manifests.quantity import quantity

CHECK = Check(
    id="POD037",
    title="CPU is requested as it is limited, where pods are to be guaranteed",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="make requests.cpu equal to limits.cpu",
    references=("https://kubernetes.io/docs/tasks/administer-cluster/cpu-management-policies/",),
    equivalents=(
        "kube-score:container-cpu-requests-equal-limits",
        "kube-score:container-resource-requests-equal-limits",
        "gatekeeper:containerresourceratios",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Without a request it is the limit."""
    limit = container.limits.get("cpu")
    if limit is None:
        return MOOT
    asked = container.requests.get("cpu")
    if asked is None or asked == limit or quantity(asked) == quantity(limit):
        return None
    path = container.at("resources", "requests", "cpu")
    return bad(f"container {container.name} may use more CPU than it requests", path)
