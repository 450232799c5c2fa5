"""A share of nothing cannot be computed.

What: where an autoscaler has a target of averageUtilization for CPU or memory, every long-running container of what
it scales requests that resource; a target of one container asks that one alone. Why: without a request on one
container there is no share of the pod, and the autoscaler does nothing at all. Evidence: the container. Fix:
requests, or a target of averageValue.
"""

from collections.abc import Iterator

from seakeep.checks.base import LONG_RUNNING, MOOT, Answer, Check, Note, Scope, bad
from seakeep.checks.workload.scaling import target_of
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, dig, mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD083",
    title="an autoscaler by utilization has requests to compare with",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("HorizontalPodAutoscaler",),
    remediation="set the request, or use averageValue",
    references=("https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/#algorithm-details",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """All three versions of the field."""
    kind, name = target_of(manifest)
    scaled = index.get(kind, manifest.namespace, name)
    pod = index.pod(scaled) if scaled is not None else None
    if pod is None:
        return MOOT
    return list(_notes(manifest, pod))


def _notes(manifest: Manifest, pod: Pod) -> Iterator[Note]:
    if "targetCPUUtilizationPercentage" in manifest.spec:
        yield from _without(pod, "cpu", "", ("spec", "targetCPUUtilizationPercentage"))
    for position, metric in mappings(manifest.spec, "metrics"):
        for source in ("resource", "containerResource"):
            found = mapping(metric, source)
            share = dig(found, "target", "averageUtilization") or found.get("targetAverageUtilization")
            if found and share is not None:
                path = ("spec", "metrics", position, source)
                yield from _without(pod, text(found, "name"), text(found, "container"), path)


def _without(pod: Pod, resource: str, only: str, path: Path) -> Iterator[Note]:
    for container in pod.containers:
        if container.role not in LONG_RUNNING or (only and container.name != only):
            continue
        if resource not in container.requests and resource not in container.limits:
            yield bad(f"container {container.name} of {pod.manifest.name} requests no {resource}", path)
