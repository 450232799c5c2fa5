"""A container says how much of the node's disk it uses.

What: a request and a limit of ephemeral-storage on long-running containers; a limit alone is both. INFO: a container
with a read-only root file system, whose emptyDirs have a sizeLimit, needs it less. Why: logs, emptyDirs and the
writable layer share the node's disk; when it is full the kubelet evicts pods, not necessarily the one that filled it.
Evidence: the resources. Fix: limits.ephemeral-storage.
"""

from seakeep.checks.base import LONG_RUNNING, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD034",
    title="ephemeral storage is requested and limited",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="set resources.limits.ephemeral-storage",
    references=("https://kubernetes.io/docs/concepts/storage/ephemeral-storage/",),
    equivalents=(
        "kube-score:container-ephemeral-storage-request-and-limit",
        "gatekeeper:ephemeralstoragelimit",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """The limit is the one that matters."""
    if "ephemeral-storage" in container.limits:
        return None
    path = container.at("resources", "limits")
    return bad(f"container {container.name} may fill its node's disk", path)
