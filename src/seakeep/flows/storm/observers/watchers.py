"""Watches: of the ledger's objects, of the leaders' Leases, and of the storm's pods."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.errors import SeakeepError
from seakeep.experiments.history import Event, LeaderSeen, PodSeen
from seakeep.experiments.judge.verdict import ENDPOINT
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.leaders import LEASES
from seakeep.flows.storm.record import Recorder

SILENCE = 6.0
"""Seconds without a byte after which a watch of something that changes all the time is begun anew."""

PAUSE = 0.3


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    uid: str = ""
    resource_version: str = "0"


class _Spec(msgspec.Struct, rename="camel"):
    node_name: str = ""
    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class _PodStatus(msgspec.Struct):
    phase: str = ""


class _Object(msgspec.Struct):
    metadata: _Meta = msgspec.field(default_factory=_Meta)
    data: dict[str, str] = {}
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _PodStatus | str = ""
    code: int = 0

    @property
    def version(self) -> int:
        return int(self.metadata.resource_version)


class _Told(msgspec.Struct):
    type: str
    object: _Object


class _List(msgspec.Struct):
    metadata: _Meta
    items: list[_Object]


@dataclass(slots=True)
class Watch:
    """One watch that is kept going: continued where it broke off, begun anew where the server has forgotten."""

    entrances: Entrances
    record: Recorder
    clock: Clock
    name: str
    path: str
    keep: Callable[["Watch", str, _Object], None]
    query: str = ""
    number: int = 0
    version: int = 0
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until it is cancelled."""
        while not self.stop.is_set():
            try:
                if not self.version:
                    await self._list()
                await self._follow()
            except (SeakeepError, TimeoutError, msgspec.MsgspecError):
                self.number += 1
            await self.clock.sleep(PAUSE)

    async def _list(self) -> None:
        entrance = self.entrances.turn(self.number)
        reply = await self.entrances.send(entrance, ENDPOINT, f"{self.path}?{self.query}", fresh=True)
        if reply.outcome != "ok":
            raise TimeoutError(reply.why)
        found = msgspec.json.decode(reply.body, type=_List)
        self.version = int(found.metadata.resource_version)
        for each in found.items:
            self.keep(self, "LIST", each)
        self.keep(self, "LISTED", _Object(metadata=found.metadata))

    async def _follow(self) -> None:
        client = self.entrances.turn(self.number).fresh[ENDPOINT]
        path = f"{self.path}?watch=true&resourceVersion={self.version}&timeoutSeconds=120&{self.query}"
        async for line in client.lines(path, silence=SILENCE):
            told = msgspec.json.decode(line, type=_Told)
            if told.type == "ERROR":
                # 410 Gone: what came in between is not told any more.
                self.version = 0
                return
            self.keep(self, told.type, told.object)
            self.version = max(self.version, told.object.version)


def of_ledger(entrances: Entrances, record: Recorder, clock: Clock, namespace: str, number: int) -> Watch:
    """A watch of the ledger's objects."""

    def keep(watch: Watch, type_: str, found: _Object) -> None:
        if type_ == "LISTED":
            record.add(Event(t=round(record.now, 4), watcher=watch.name, type="LIST", version=found.version))
        elif type_ in {"ADDED", "MODIFIED", "DELETED"}:
            record.add(
                Event(
                    t=round(record.now, 4),
                    watcher=watch.name,
                    type=type_,  # type: ignore[arg-type]
                    version=found.version,
                    key=found.metadata.name,
                    value=found.data.get("value", ""),
                )
            )

    path = f"/api/v1/namespaces/{namespace}/configmaps"
    return Watch(entrances, record, clock, f"watcher{number}", path, keep, number=number)


def of_leaders(entrances: Entrances, record: Recorder, clock: Clock) -> tuple[Watch, ...]:
    """A watch of each leader's Lease."""

    def keep(watch: Watch, type_: str, found: _Object) -> None:
        if type_ in {"LISTED", "DELETED"}:
            return
        spec = found.spec
        record.add(
            LeaderSeen(
                t=round(record.now, 4),
                name=watch.name,
                version=found.version,
                holder=spec.holder_identity or "",
                acquired=_seconds(spec.acquire_time),
                renewed=_seconds(spec.renew_time),
                duration=float(spec.lease_duration_seconds or 0),
                transitions=spec.lease_transitions or 0,
            )
        )

    path = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"
    return tuple(
        Watch(entrances, record, clock, name, path, keep, query=f"fieldSelector=metadata.name%3D{name}", number=number)
        for number, name in enumerate(LEASES)
    )


def of_pods(entrances: Entrances, record: Recorder, clock: Clock, namespace: str) -> Watch:
    """A watch of the pods that move."""

    def keep(watch: Watch, type_: str, found: _Object) -> None:
        del watch
        if type_ == "LISTED":
            return
        record.add(
            PodSeen(
                t=round(record.now, 4),
                version=found.version,
                uid=found.metadata.uid,
                name=found.metadata.name,
                node=found.spec.node_name,
                phase=found.status.phase if isinstance(found.status, _PodStatus) else "",
                gone=type_ == "DELETED",
            )
        )

    path = f"/api/v1/namespaces/{namespace}/pods"
    return Watch(entrances, record, clock, "pods", path, keep, query="labelSelector=app%3Dmoving")


def _seconds(text: str | None) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0
