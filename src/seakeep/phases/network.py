"""The pod network's DaemonSet and its settings, and what enforces network policies."""

from collections.abc import Iterator, Mapping

from seakeep.artifacts import flannel, kube_router
from seakeep.core.json import JsonObject
from seakeep.design.model import Design
from seakeep.engine.model import Step
from seakeep.phases.base import ObjectKey, Phase, PlanContext
from seakeep.phases.objects import key_of, steps

PHASE = Phase("network", "Pod network", "cluster")


def begins_to_enforce(design: Design, objects: Mapping[ObjectKey, JsonObject]) -> bool:
    """Whether policies that only stood in a living cluster so far will hold."""
    return any(each.kind == "DaemonSet" and key_of(each) not in objects for each in kube_router.render(design))


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of its objects."""
    for artifact in (flannel, kube_router):
        yield from steps(context, PHASE.id, artifact.render(context.design), identity="admin")
