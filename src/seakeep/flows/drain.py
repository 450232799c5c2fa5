"""Taking the pods off a node, at the pace that their PodDisruptionBudgets allow."""

import asyncio

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.errors import MachineError
from seakeep.core.progress import Progress
from seakeep.engine.outcome import StoppedError
from seakeep.engine.wait import await_until
from seakeep.flows.left_behind import Volume, left_behind
from seakeep.transport.api import ApiClient, ApiError, decoded

LIMIT = 300.0
"""Seconds that a drain may take unless the user says otherwise: ten times the grace that pods have by default."""
_MIRROR = "kubernetes.io/config.mirror"
_SHOWN = 5


class _Owner(msgspec.Struct):
    kind: str
    controller: bool = False


class _Meta(msgspec.Struct, rename="camel"):
    name: str
    namespace: str = ""
    uid: str = ""
    annotations: dict[str, str] = {}
    owner_references: list[_Owner] = []
    deletion_timestamp: str | None = None


class _Status(msgspec.Struct):
    phase: str = ""


class _Spec(msgspec.Struct):
    volumes: list[Volume] = []


class _Pod(msgspec.Struct):
    metadata: _Meta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)

    @property
    def place(self) -> str:
        return f"{self.metadata.namespace}/{self.metadata.name}"

    @property
    def controller(self) -> str:
        """The kind of what starts it anew elsewhere; '' for a pod on its own."""
        return next((owner.kind for owner in self.metadata.owner_references if owner.controller), "")

    @property
    def stays(self) -> bool:
        """DaemonSets tolerate a cordoned node, and mirror pods belong to the kubelet: both would come back at once."""
        return self.controller == "DaemonSet" or _MIRROR in self.metadata.annotations

    @property
    def over(self) -> bool:
        return self.status.phase in {"Succeeded", "Failed"}


class _Pods(msgspec.Struct):
    items: list[_Pod]


class _Cause(msgspec.Struct):
    message: str = ""


class _Details(msgspec.Struct):
    causes: list[_Cause] = []


class _Refusal(msgspec.Struct):
    message: str = ""
    details: _Details | None = None


async def drain(
    api: ApiClient, node: str, *, clock: Clock, progress: Progress, stop: asyncio.Event, timeout: float = LIMIT
) -> None:
    """Cordon the node and evict its pods; a node that does not exist is done.

    MachineError when pods are left at the deadline: it names each with what keeps it. They are not deleted, and the
    node stays cordoned. StoppedError once `stop` is set: what has been evicted goes on ending.
    """
    if not await _cordon(api, node):
        return

    told: set[str] = set()

    async def probe() -> str | None:
        if stop.is_set():
            raise StoppedError
        left = [pod for pod in await _pods(api, node) if not pod.stays and not pod.over]
        await _tell_what_is_lost(api, node, left, told, progress)
        reasons = [(pod.place, await _evict(api, pod)) for pod in left]
        if not reasons:
            return None
        return "; ".join(f"{place} {why}" for place, why in _worst_first(reasons)[:_SHOWN]) + (
            f"; and {len(reasons) - _SHOWN} more" if len(reasons) > _SHOWN else ""
        )

    try:
        await await_until(
            f"pods to leave {node}",
            probe,
            timeout=timeout,
            interval=2.0,
            clock=clock,
            progress=progress,
            subject=node,
        )
    except MachineError as error:
        error.hint = (
            "make room for the pods elsewhere, or widen the PodDisruptionBudget that is named, then run it again; "
            f"the node is cordoned: `seakeep kubectl -- uncordon {node}` takes that back"
        )
        raise


async def _tell_what_is_lost(api: ApiClient, node: str, left: list[_Pod], told: set[str], progress: Progress) -> None:
    """Once for each pod. Nobody is asked: whoever keeps something in such a volume has to expect this, and who drains a
    node wants to know."""
    for pod in left:
        if not pod.controller or pod.metadata.uid in told:
            continue
        meta = pod.metadata
        lost = [each async for each in left_behind(api, node, meta.namespace, meta.name, pod.spec.volumes)]
        told.add(meta.uid)
        for each in lost:
            progress.note(f"{pod.place} {each}")


def _worst_first(reasons: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What waits for itself to end comes after what waits for a person."""
    return sorted(reasons, key=lambda pair: (pair[1] == _ENDING, pair[0]))


_ENDING = "is ending"


async def _cordon(api: ApiClient, node: str) -> bool:
    """Whether there is such a node."""
    body = msgspec.json.encode({"spec": {"unschedulable": True}})
    status, answer = await api.raw(
        f"/api/v1/nodes/{node}", method="PATCH", body=body, content_type="application/merge-patch+json"
    )
    if status == 404:
        return False
    if status >= 300:
        raise ApiError.of(status, answer, f"cordon {node}")
    return True


async def _pods(api: ApiClient, node: str) -> list[_Pod]:
    status, body = await api.asked(f"/api/v1/pods?fieldSelector=spec.nodeName%3D{node}")
    if status != 200:
        raise ApiError.of(status, body, f"list the pods of {node}")
    return decoded(body, _Pods, f"list the pods of {node}").items


async def _evict(api: ApiClient, pod: _Pod) -> str:
    """What still keeps the pod. A pod that nothing would start elsewhere is not evicted: that is a person's choice."""
    meta = pod.metadata
    if meta.deletion_timestamp is not None:
        return _ENDING
    if not pod.controller:
        return "has no controller that would start it elsewhere: delete it yourself"
    eviction = {
        "apiVersion": "policy/v1",
        "kind": "Eviction",
        "metadata": {"name": meta.name, "namespace": meta.namespace},
        "deleteOptions": {"preconditions": {"uid": meta.uid}},
    }
    status, body = await api.raw(
        f"/api/v1/namespaces/{meta.namespace}/pods/{meta.name}/eviction",
        method="POST",
        body=msgspec.json.encode(eviction),
    )
    if status in {404, 409} or 200 <= status < 300:
        # 409: another pod has taken the name since, or it is being written to. It is looked at again.
        return _ENDING
    try:
        said = msgspec.json.decode(body, type=_Refusal)
    except msgspec.DecodeError:
        return f"is not evicted ({status})"
    causes = [cause.message for cause in said.details.causes if cause.message] if said.details else []
    return f"is kept: {'; '.join(causes) or said.message}"
