"""A container says how much memory it needs, and how much it may have.

What: a request and a limit of memory on every long-running container; init containers too, since they reserve. A
limit alone counts as both, as the API server makes it so. Why: without a request the scheduler overfills nodes;
without a limit one leak takes its neighbours down. CPU limits are not asked for: they throttle, and protect nobody
(POD checks of CPU say more). Evidence: the container's resources. Fix: requests.memory and limits.memory from
measured use.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container, Role

CHECK = Check(
    id="POD002",
    title="memory is requested and limited",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=(Role.APP, Role.SIDECAR, Role.INIT),
    remediation="set resources.requests.memory and resources.limits.memory",
    references=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
    equivalents=(
        "kube-score:container-resources",
        "kube-linter:unset-memory-requirements",
        "polaris:memoryRequestsMissing",
        "polaris:memoryLimitsMissing",
        "kubescape:C-0004",
        "kubescape:C-0009",
        "kubescape:C-0269",
        "kubescape:C-0271",
        "kubescape:C-0303",
        "checkov:CKV_K8S_12",
        "checkov:CKV_K8S_13",
        "kubeeye:NoMemoryLimits",
        "kubeeye:NoMemoryRequests",
        "popeye:POP-106",
        "popeye:POP-107",
        "gatekeeper:containerlimits",
        "gatekeeper:containerrequests",
        "gatekeeper:containerresources",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """A limit is a request where no other is given."""
    if "memory" not in container.limits:
        return bad(f"container {container.name} has no memory limit", container.at("resources"))
    return None
