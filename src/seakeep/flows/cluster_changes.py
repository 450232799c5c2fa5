"""Carrying out the changes that are made through the Kubernetes API, through etcd, or to who holds the VIP."""

from collections.abc import Mapping

from seakeep.artifacts.base import KubeObject
from seakeep.engine.model import (
    AddLearner,
    ApplyObject,
    AwaitVip,
    DeleteObject,
    DrainNode,
    PromoteLearner,
    ReleaseVip,
    RemoveMember,
    Step,
)
from seakeep.flows.drain import drain
from seakeep.flows.members import Members, await_vip, release_vip
from seakeep.flows.session import Session
from seakeep.phases.foreign import foreign
from seakeep.transport.api import ApiClient, ApiError


async def change_cluster(session: Session, step: Step, clients: Mapping[str, ApiClient] | None) -> None:
    """Do one step. `clients` are needed for those of the API only."""
    match step.action:
        case RemoveMember(member, name):
            await Members(session).remove(member, name)
        case AddLearner(machine):
            await Members(session).add(machine)
        case PromoteLearner(machine):
            await Members(session).promote(machine)
        case ReleaseVip(machine):
            await release_vip(session, machine)
        case AwaitVip(machine):
            await await_vip(session, machine)
        case _:
            assert clients is not None
            await _through_the_api(session, step, clients)


async def _through_the_api(session: Session, step: Step, clients: Mapping[str, ApiClient]) -> None:
    match step.action:
        case DrainNode(node):
            await drain(
                clients["admin"],
                node,
                clock=session.clock,
                progress=session.progress,
                stop=session.options.interrupt,
            )
        case ApplyObject(each, identity):
            await _apply(clients[identity], each)
        case DeleteObject(each, uid):
            await clients["admin"].delete(each.api_version, each.kind, each.name, namespace=each.namespace, uid=uid)
        case action:
            raise TypeError(f"{type(action).__name__} is not done through the API")


async def _apply(api: ApiClient, each: KubeObject) -> None:
    """Make it what it should be. What others added where nothing may be added stays through an apply, and is taken away
    after it: from the object as it was answered, and from no other."""
    said = ""
    for _ in range(_TRIES):
        stored = await api.apply(each.api_version, each.kind, each.name, each.body, namespace=each.namespace)
        added = foreign(each, stored)
        said = await api.remove_fields(stored, added) if added else ""
        if not said:
            return
    raise ApiError(f"what others added to {each.kind} {each.name} could not be taken away: {said}", status=409)


_TRIES = 5
"""Somebody else may write the object between the two."""
