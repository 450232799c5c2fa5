"""Node objects: labels, taints and pod ranges, from before the kubelet registers.

Made ahead of the kubelets, so that no pod is ever scheduled on a node before its taints are there, and so that
every node has the pod range that its network configuration already uses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from seakeep.artifacts import nodes
from seakeep.artifacts.base import KubeObject
from seakeep.core.errors import RefusedError
from seakeep.core.json import Json, JsonObject
from seakeep.design.model import Taint
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.objects import key_of, steps

PHASE = Phase("nodes", "Node objects", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node object. RefusedError where a node lives with another pod range."""
    wanted = [_merged(each, context) for each in nodes.render(context.design)]
    yield from steps(context, PHASE.id, wanted, identity="admin")


def _merged(wanted: KubeObject, context: PlanContext) -> KubeObject:
    """With the taints that others put on the node kept, and those left out that Seakeep once put there: the API treats
    the list as one value."""
    found = (context.objects or {}).get(key_of(wanted))
    if found is None:
        return wanted
    ours, theirs = _spec(wanted.body), _spec(found)
    if theirs.get("podCIDR") not in (None, "", ours.get("podCIDR")):
        raise RefusedError(
            f"node {wanted.name} lives with the pod range {theirs['podCIDR']}, the design gives it {ours['podCIDR']}",
            hint="a node keeps its pod range for life: restore network.podRange and the order of the machines",
        )
    ours_taints, once_ours = _taints(ours), _recorded(found)
    theirs_taints = [
        taint
        for taint in _taints(theirs)
        if _written(taint) not in once_ours or any(_same(taint, mine) for mine in ours_taints)
    ]
    missing = [mine for mine in ours_taints if not any(_same(mine, other) for other in theirs_taints)]
    merged: Sequence[Json] = [*theirs_taints, *missing]
    # Empty, where there is none: left out, it would leave in place what another manager has written again.
    return replace(wanted, body={**wanted.body, "spec": {**ours, "taints": merged}})


def _recorded(found: JsonObject) -> frozenset[str]:
    metadata = found.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, Mapping) else None
    text = annotations.get(nodes.TAINTS) if isinstance(annotations, Mapping) else None
    return frozenset(text.split(",")) if isinstance(text, str) else frozenset()


def _written(taint: JsonObject) -> str:
    key, value, effect = (str(taint.get(field) or "") for field in ("key", "value", "effect"))
    return nodes.written(Taint(key, value, effect))


def _spec(body: JsonObject) -> JsonObject:
    spec = body.get("spec")
    return spec if isinstance(spec, Mapping) else {}


def _taints(spec: JsonObject) -> list[JsonObject]:
    taints = spec.get("taints")
    return [t for t in taints if isinstance(t, Mapping)] if isinstance(taints, Sequence) else []


def _same(one: JsonObject, other: JsonObject) -> bool:
    return all((one.get(field) or "") == (other.get(field) or "") for field in ("key", "value", "effect"))
