"""What a Service sends requests to says when it can take them.

What: a readiness probe on at least one long-running container of every pod that a Service of the same folder selects.
Pods that nothing selects, and pods that are meant to end, need none. Why: without it a pod gets requests from the
moment its process starts, also in the middle of a rollout. Evidence: the Services that select the pod. Fix: add
readinessProbe.
"""

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod
from seakeep.manifests.selectors import plain

CHECK = Check(
    id="POD003",
    title="what a Service selects has a readiness probe",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="add a readinessProbe that asks for what the Service promises",
    equivalents=(
        "kube-score:pod-probes",
        "kube-linter:no-readiness-probe",
        "polaris:readinessProbeMissing",
        "kubescape:C-0018",
        "checkov:CKV_K8S_9",
        "kubeeye:NoReadinessProbe",
        "popeye:POP-102",
        "popeye:POP-104",
        "gatekeeper:requiredprobes",
    ),
)


def behind_services(index: Index) -> dict[int, list[str]]:
    """Names of the Services that select a pod, by the pod's identity. A Service without a selector selects nothing."""
    found: dict[int, list[str]] = {}
    for service in index.of("Service"):
        selector = mapping(service.spec.get("selector"))
        if selector:
            for pod in index.selected(plain(selector), service.namespace):
                found.setdefault(id(pod), []).append(service.name)
    return found


def judge(pod: Pod, index: Index) -> Answer:
    """One probe is enough: a pod is ready when all its containers are."""
    services = index.once(behind_services).get(id(pod))
    if not services or pod.ends:
        return MOOT
    if any("readinessProbe" in each.body for each in pod.containers if each.role in LONG_RUNNING):
        return None
    return bad(
        f"{services[0]} sends requests to it from the moment it starts", pod.at("containers"), services=sorted(services)
    )
