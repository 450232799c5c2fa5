"""A container asks for all the memory that it may have.

What: request and limit of memory are equal on long-running containers that have a limit. INFO: it buys safety with
machines. Why: memory cannot be taken back; what is used above the request is the first to be killed when the node
runs short. Evidence: both numbers. Fix: make the request equal to the limit for what must stay up.
"""

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container
from seakeep.manifests.quantity import quantity

CHECK = Check(
    id="POD036",
    title="memory is requested as it is limited, where pods are to be guaranteed",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="make requests.memory equal to limits.memory",
    references=("https://kubernetes.io/docs/concepts/workloads/pods/pod-qos/",),
    equivalents=(
        "kube-score:container-memory-requests-equal-limits",
        "kube-score:container-resource-requests-equal-limits",
        "kube-score:container-ephemeral-storage-request-equals-limit",
        "gatekeeper:containerresourceratios",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Without a request it is the limit; the same goes for ephemeral storage."""
    for name in ("memory", "ephemeral-storage"):
        limit = container.limits.get(name)
        asked = container.requests.get(name)
        if limit is None or asked is None or asked == limit:
            continue
        if quantity(asked) != quantity(limit):
            path = container.at("resources", "requests", name)
            return bad(f"container {container.name} may use more {name} than it requests", path)
    return None if "memory" in container.limits else MOOT
