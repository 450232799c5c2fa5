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
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.objects import key_of, steps

PHASE = Phase("nodes", "Node objects", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node object. RefusedError where a node lives with another pod range."""
    wanted = [_merged(each, context) for each in nodes.render(context.design)]
    yield from steps(context, PHASE.id, wanted, identity="admin")


def _merged(wanted: KubeObject, context: PlanContext) -> KubeObject:
    """With the taints that others put on the node kept: the API treats the list as one value."""
    found = (context.objects or {}).get(key_of(wanted))
    if found is None:
        return wanted
    ours, theirs = _spec(wanted.body), _spec(found)
    if theirs.get("podCIDR") not in (None, "", ours.get("podCIDR")):
        raise RefusedError(
            f"node {wanted.name} lives with the pod range {theirs['podCIDR']}, the design gives it {ours['podCIDR']}",
            hint="a node keeps its pod range for life: restore network.podRange and the order of the machines",
        )
    theirs_taints, ours_taints = _taints(theirs), _taints(ours)
    missing = [mine for mine in ours_taints if not any(_same(mine, other) for other in theirs_taints)]
    merged: Sequence[Json] = [*theirs_taints, *missing]
    spec = {**ours, "taints": merged} if merged else {k: v for k, v in ours.items() if k != "taints"}
    return replace(wanted, body={**wanted.body, "spec": spec})


def _spec(body: JsonObject) -> JsonObject:
    spec = body.get("spec")
    return spec if isinstance(spec, Mapping) else {}


def _taints(spec: JsonObject) -> list[JsonObject]:
    taints = spec.get("taints")
    return [t for t in taints if isinstance(t, Mapping)] if isinstance(taints, Sequence) else []


def _same(one: JsonObject, other: JsonObject) -> bool:
    return all((one.get(field) or "") == (other.get(field) or "") for field in ("key", "value", "effect"))
