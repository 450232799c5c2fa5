"""A container has an upper bound of processor time.

What: a CPU limit on long-running containers. INFO on purpose: requests already share a busy node fairly, and a limit
slows a container down while its node is idle, which is the more usual damage. Where tenants pay for what they use, or
every pod must have the guaranteed class, raise it. Why: without one, a pod uses what its node has to spare. Evidence:
the limits. Fix: limits.cpu, well above the request.
"""

from seakeep.checks.base import LONG_RUNNING, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container

CHECK = Check(
    id="POD033",
    title="CPU is limited, where limits are wanted",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=LONG_RUNNING,
    remediation="set resources.limits.cpu, where limits are wanted",
    references=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
    equivalents=(
        "kube-score:container-resources",
        "polaris:cpuLimitsMissing",
        "kubescape:C-0009",
        "kubescape:C-0050",
        "kubescape:C-0270",
        "checkov:CKV_K8S_11",
        "kubeeye:NoCPULimits",
        "gatekeeper:containerlimits",
        "gatekeeper:containerresources",
        "popeye:POP-106",
        "popeye:POP-107",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Limits of the whole pod count."""
    if "cpu" in container.limits:
        return None
    whole = container.pod.spec.get("resources")
    if whole is not None and "cpu" in mapping(whole, "limits"):
        return None
    return bad(f"container {container.name} has no CPU limit", container.at("resources", "limits"))
