"""A container says how much processor time it needs.

What: a CPU request on every container but ephemeral ones; a limit alone is one too. Resources of the whole pod
(spec.resources) count. Why: without requests the scheduler puts any number of pods on a node, autoscalers have
nothing to compare with, and under load the container gets next to nothing. Evidence: the resources. Fix: requests.cpu
from measured use. A limit is another matter: POD033.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container, Role

CHECK = Check(
    id="POD032",
    title="CPU is requested",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=(Role.APP, Role.SIDECAR, Role.INIT),
    remediation="set resources.requests.cpu",
    references=("https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",),
    equivalents=(
        "kube-linter:unset-cpu-requirements",
        "polaris:cpuRequestsMissing",
        "kubescape:C-0050",
        "kubescape:C-0268",
        "checkov:CKV_K8S_10",
        "kubeeye:NoCPURequests",
        "gatekeeper:containerrequests",
        "gatekeeper:containerresources",
        "kube-score:container-resources",
        "popeye:POP-106",
        "kubescape:C-0303",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """A limit is a request where no other is given."""
    if "cpu" in container.requests or "cpu" in container.limits:
        return None
    whole = container.pod.spec.get("resources")
    if whole is not None and ("cpu" in mapping(whole, "requests") or "cpu" in mapping(whole, "limits")):
        return None
    return bad(f"container {container.name} requests no CPU", container.at("resources", "requests"))
