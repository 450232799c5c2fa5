"""Nodes that leave: their pods move, within their PodDisruptionBudgets, then their Node objects go."""

from collections.abc import Iterator, Mapping

from seakeep.artifacts.base import KubeObject
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.core.errors import RefusedError
from seakeep.core.json import JsonObject
from seakeep.engine.model import Action, DeleteObject, DrainNode, Step
from seakeep.phases.base import Departure, Phase, PlanContext

PHASE = Phase("drain", "Nodes that leave", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """Two steps for each node that the API knows; only the second for one whose kubelet is gone, where nothing could
    be evicted. RefusedError while the API cannot be asked."""
    for departure in context.departures:
        if not departure.machine.is_node:
            continue
        name = departure.machine.name
        if context.objects is None:
            raise RefusedError(
                f"{name} is not in the file any more, and the API does not answer: it cannot be drained",
                hint=f"put {name} back into the file until the API answers again",
            )
        found = context.objects.get(("v1", "Node", "", name))
        if found is None:
            continue
        lives = _ready(found)
        if lives:
            yield _step(name, "drain", f"drain {name}", _why(departure), DrainNode(name))
        why = (
            "it has no pods left that could move"
            if lives
            else f"its kubelet is gone: pods start elsewhere ({_why(departure)})"
        )
        node = KubeObject(api_version="v1", kind="Node", name=name, namespace=None, body={})
        yield _step(name, "node", f"delete Node {name}", why, DeleteObject(node, _uid(found)))


def _step(name: str, subject: str, what: str, why: str, action: Action) -> Step:
    change = Change(
        id=f"{CLUSTER}/{PHASE.id}/{subject}:{name}",
        host=CLUSTER,
        phase=PHASE.id,
        what=what,
        why=why,
        risk=Risk.DISRUPTIVE,
        reversible=subject == "drain",
    )
    return Step(change=change, action=action)


def _why(departure: Departure) -> str:
    return "not in the file any more" + (f"; does not answer: {departure.error}" if departure.error else "")


def _ready(node: JsonObject) -> bool:
    status = node.get("status")
    conditions = status.get("conditions") if isinstance(status, Mapping) else None
    return isinstance(conditions, list) and any(
        isinstance(each, Mapping) and each.get("type") == "Ready" and each.get("status") == "True"
        for each in conditions
    )


def _uid(node: JsonObject) -> str:
    metadata = node.get("metadata")
    uid = metadata.get("uid") if isinstance(metadata, Mapping) else None
    return uid if isinstance(uid, str) else ""
