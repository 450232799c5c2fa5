"""Writers that remember what was acknowledged, and clients that read and write the same few keys at once."""

import asyncio
import random
from dataclasses import dataclass, field

import msgspec

from seakeep.core.clock import Clock
from seakeep.design.model import Design, Role
from seakeep.experiments.history import ABSENT, Final, FinalEnd, Op, Outcome
from seakeep.experiments.judge.verdict import ENDPOINT, HOT
from seakeep.flows.storm.entrances import Entrances, Reply
from seakeep.flows.storm.record import Recorder
from seakeep.transport.api import ApiClient

WRITERS = 4
HOT_KEYS = 2
HOT_CLIENTS = 3
PAUSE = 0.25
"""Seconds between two operations of one writer."""

UPDATES = 3
"""How often a key is updated before it is deleted or left alone."""

VALUE = "value"


class _Meta(msgspec.Struct, rename="camel"):
    name: str = ""
    resource_version: str = "0"


class ConfigMap(msgspec.Struct):
    """The part of a ConfigMap that is used."""

    metadata: _Meta
    data: dict[str, str] = {}

    @property
    def value(self) -> str:
        """What a writer put into it."""
        return self.data.get(VALUE, "")

    @property
    def version(self) -> int:
        """Its resourceVersion."""
        return int(self.metadata.resource_version)


class _List(msgspec.Struct):
    items: list[ConfigMap]


@dataclass(slots=True)
class Ledger:
    """All writers of a run. `stop` is set when they shall finish the operation under way and end."""

    entrances: Entrances
    record: Recorder
    clock: Clock
    design: Design
    namespace: str
    seed: int
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `stop`."""
        async with asyncio.TaskGroup() as group:
            for number in range(WRITERS):
                group.create_task(self._writer(number))
            for number in range(HOT_CLIENTS):
                group.create_task(self._hot(number))

    async def _writer(self, number: int) -> None:
        """Keys of its own, one after the other. Every write names the version that it is made on: what is still under
        way somewhere cannot land on top of a later one."""
        who = f"writer{number}"
        chance = random.Random(f"{self.seed}/{who}")  # noqa: S311 - to be repeated
        count = 0
        while not self.stop.is_set():
            key = f"w{number}-{count}"
            await self._life(who, key, delete=chance.random() < 0.4)
            count += 1

    async def _life(self, who: str, key: str, *, delete: bool) -> None:
        version = await self._certain(who, "create", key, f"{key}.0", 0)
        for update in range(1, UPDATES + 1):
            if self.stop.is_set() or version is None:
                return
            version = await self._certain(who, "update", key, f"{key}.{update}", version)
        if delete and version is not None and not self.stop.is_set():
            await self._certain(who, "delete", key, ABSENT, version)

    async def _certain(self, who: str, verb: str, key: str, value: str, version: int) -> int | None:
        """Do it until it is known to be done: the version afterwards. None when stopped, or the object is gone."""
        while not self.stop.is_set():
            op = await self._write(who, verb, key, value, version)
            await self.clock.sleep(PAUSE)
            if op.outcome == "ok":
                return op.version
            if op.outcome == "refused":
                continue
            there = await self._look(who, key)
            if there is None:
                return None
            if there.value == value or (verb == "delete" and there.version == 0):
                return there.version
            if there.version == 0:
                # A create names no version: one that is still under way somewhere may yet land, after a delete too.
                # Nothing more is done to such a key, and it may be there or not.
                return None
            version = there.version
        return None

    async def _look(self, who: str, key: str) -> Op | None:
        """What the key holds, once anybody says so; version 0 where it does not exist."""
        while not self.stop.is_set():
            op = await self._read(who, key)
            if op.outcome == "ok":
                return op
            await self.clock.sleep(PAUSE)
        return None

    async def _write(self, who: str, verb: str, key: str, value: str, version: int) -> Op:
        base = f"/api/v1/namespaces/{self.namespace}/configmaps"
        begin = self.record.now
        if verb == "create":
            reply = await self._send(begin, base, "POST", _body(key, value, 0))
        elif verb == "update":
            reply = await self._send(begin, f"{base}/{key}", "PUT", _body(key, value, version))
        else:
            body = {"preconditions": {"resourceVersion": str(version)}}
            reply = await self._send(begin, f"{base}/{key}", "DELETE", msgspec.json.encode(body))
        outcome = reply.outcome
        if verb == "delete" and reply.status == 404:
            outcome = "ambiguous"  # a try of ours may have been carried out without an answer
        return self._keep(begin, reply, outcome, who=who, verb=verb, key=key, value=value)

    async def _read(self, who: str, key: str, target: str = ENDPOINT) -> Op:
        begin = self.record.now
        path = f"/api/v1/namespaces/{self.namespace}/configmaps/{key}"
        reply = await self._send(begin, path, "GET", None, target)
        if reply.status == 404:
            return self._keep(begin, reply, "ok", who=who, verb="read", key=key, value=ABSENT)
        found = msgspec.json.decode(reply.body, type=ConfigMap) if reply.outcome == "ok" else None
        return self._keep(
            begin, reply, reply.outcome, who=who, verb="read", key=key, value=found.value if found else ABSENT
        )

    async def _send(
        self,
        begin: float,
        path: str,
        method: str,
        body: bytes | None,
        target: str = ENDPOINT,
        *,
        fresh: bool = False,
    ) -> Reply:
        entrance = self.entrances.turn(int(begin * 7))
        return await self.entrances.send(entrance, target, path, method=method, body=body, fresh=fresh)

    def _keep(self, begin: float, reply: Reply, outcome: Outcome, *, who: str, verb: str, key: str, value: str) -> Op:
        # What was not seen may have been done.
        known: Outcome = "ambiguous" if outcome == "unseen" and verb != "read" else outcome
        version = 0
        if known == "ok" and verb != "delete" and reply.body and reply.status != 404:
            version = msgspec.json.decode(reply.body, type=ConfigMap).version
        op = Op(
            t=round(begin, 4),
            end=round(reply.end, 4),
            who=who,
            verb=verb,  # type: ignore[arg-type]
            key=key,
            outcome=known,
            value=value,
            version=version,
            why=reply.why,
        )
        self.record.add(op)
        return op

    async def _hot(self, number: int) -> None:
        """Reads and writes a few keys through the endpoint and through each API server by turns. Writes name no
        version: the last one wins, as in a register."""
        who = f"hot{number}"
        chance = random.Random(f"{self.seed}/{who}")  # noqa: S311 - to be repeated
        servers = [m.name for m in self.design.with_role(Role.CONTROL_PLANE)]
        count = 0
        base = f"/api/v1/namespaces/{self.namespace}/configmaps"
        while not self.stop.is_set():
            key = f"{HOT}{chance.randrange(HOT_KEYS)}"
            target = chance.choice([ENDPOINT, *servers])
            count += 1
            if chance.random() < 0.6:
                await self._read(who, key, target)
            else:
                value = f"{who}.{count}"
                begin = self.record.now
                # A connection of its own: a kept one that was cut would have the client send it twice, and a write
                # that names no version could then land again, on top of another's.
                reply = await self._send(begin, f"{base}/{key}", "PUT", _body(key, value, 0), target, fresh=True)
                self._keep(begin, reply, reply.outcome, who=who, verb="update", key=key, value=value)
            await self.clock.sleep(PAUSE)


async def prepare(admin: ApiClient, namespace: str) -> None:
    """The hot keys, which start empty."""
    for number in range(HOT_KEYS):
        await admin.apply("v1", "ConfigMap", f"{HOT}{number}", {"data": {VALUE: ABSENT}}, namespace=namespace)


async def finals(entrances: Entrances, record: Recorder, design: Design, namespace: str) -> None:
    """What every API server says is there at the end, and the endpoint."""
    path = f"/api/v1/namespaces/{namespace}/configmaps"
    for target in (ENDPOINT, *(m.name for m in design.with_role(Role.CONTROL_PLANE))):
        for number in range(len(entrances.open)):
            reply = await entrances.send(entrances.turn(number), target, path, fresh=True, limit=15.0)
            if reply.outcome == "ok":
                break
        if reply.outcome != "ok":
            record.add(FinalEnd(t=record.now, target=target, error=reply.why or "no answer"))
            continue
        try:
            found = msgspec.json.decode(reply.body, type=_List).items
        except msgspec.MsgspecError as error:
            record.add(FinalEnd(t=record.now, target=target, error=f"the list is not understood: {error}"))
            continue
        ours = [each for each in found if each.value or each.metadata.name.startswith((HOT, "w"))]
        record.add(
            *(
                Final(t=record.now, target=target, key=each.metadata.name, value=each.value, version=each.version)
                for each in ours
            ),
            FinalEnd(t=record.now, target=target, objects=len(ours)),
        )


def _body(key: str, value: str, version: int) -> bytes:
    metadata = {"name": key, **({"resourceVersion": str(version)} if version else {})}
    return msgspec.json.encode({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {VALUE: value}})
