"""etcd members on the machines, as far as facts, etcdctl and a plan can tell them from real ones.

What a member knows lies in its data: which one it is, of which cluster, and the members as of the last change that
reached it. Which of them serve follows from what runs; nothing else is kept. As with etcd itself:

* a member without data starts only with what it is told (`bootstrap.yaml`); founders that are told the same have the
  same ids, and one that joins an existing cluster ends at once unless exactly the members are named to it
* a founder has its name in the list from the start, one that was added once it has been there; who is known to have
  been there does not found a second time
* a member waits (`activating`) until a quorum has heard of it; once it serves, what it was told is removed
* one that has been removed is turned away by the others, with its data, and ends
* one that was started is behind for a moment; a learner, which starts without data, for longer

`tick` is what time alone does.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tests.unit.flows.etcdsim import wal_head

from seakeep.artifacts.etcd import BOOTSTRAP
from seakeep.design.quorum import quorum
from seakeep.transport.base import Result

if TYPE_CHECKING:
    from .machine import Machine

UNIT = "etcd.service"
NEWEST = 2000
"""The revision of those that have everything."""
_RESTARTED, _STEP = NEWEST - 100, 1100
_LEARNED = 0.9
"""The share of the leader's log that a learner must have before etcd promotes it."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the list. `name` is '' for one that was added and has never been there; `started` once it has told
    the others where it serves."""

    id: int
    name: str
    url: str
    learner: bool = False
    started: bool = False


@dataclass(frozen=True, slots=True)
class Data:
    """What lies on a member's disk. `changes` counts those of the list."""

    cluster: int
    member: int
    members: tuple[Member, ...]
    changes: int = 0
    revision: int = _RESTARTED

    @property
    def own(self) -> Member | None:
        return next((each for each in self.members if each.id == self.member), None)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Those of one cluster that run, by machine; `rejected` run and are members no more."""

    running: Mapping[str, Data]
    rejected: frozenset[str]
    newest: Data

    @property
    def voters(self) -> frozenset[int]:
        return frozenset(each.id for each in self.newest.members if not each.learner)

    @property
    def up(self) -> frozenset[int]:
        """The voters that run."""
        return self.voters & {each.member for each in self.running.values()}

    @property
    def has_quorum(self) -> bool:
        return len(self.up) >= quorum(len(self.voters))

    @property
    def whole(self) -> frozenset[int]:
        """The voters that have everything."""
        return self.voters & {each.member for each in self.running.values() if each.revision == NEWEST}


Machines = Mapping[str, "Machine"]


def clusters(machines: Machines) -> tuple[Cluster, ...]:
    """Every cluster of which a member runs."""
    return tuple(_clusters(machines))


def _clusters(machines: Machines) -> Iterator[Cluster]:
    found: dict[int, dict[str, Data]] = {}
    for name, machine in machines.items():
        if _told_to_run(machine) and machine.etcd is not None:
            found.setdefault(machine.etcd.cluster, {})[name] = machine.etcd
    for running in found.values():
        newest = max(running.values(), key=lambda data: data.changes)
        ids = {member.id for member in newest.members}
        rejected = frozenset(name for name, data in running.items() if data.member not in ids)
        yield Cluster({k: v for k, v in running.items() if k not in rejected}, rejected, newest)


def settle(machines: Machines) -> dict[str, "Machine"]:
    """All machines after what happens by itself at once."""
    now = dict(machines)
    while True:
        before = dict(now)
        for name, machine in now.items():
            if _told_to_run(machine) and machine.etcd is None:
                now[name] = _without_data(machine, now)
        for cluster in clusters(now):
            for name in cluster.rejected:
                now[name] = _state(now[name], "activating", "auto-restart")
            if cluster.has_quorum:
                for name, data in cluster.running.items():
                    now[name] = _in_quorum(now[name], data, cluster.newest)
        if all(now[name] is machine for name, machine in before.items()):
            return now


def tick(machines: Machines) -> dict[str, "Machine"]:
    """All machines a moment later."""
    now = dict(machines)
    for cluster in clusters(machines):
        if not cluster.has_quorum:
            continue
        names = {data.member: name for name, data in cluster.running.items()}
        members = tuple(
            replace(each, name=names[each.id], started=True) if each.id in names else each
            for each in cluster.newest.members
        )
        new = members != cluster.newest.members
        for name, data in cluster.running.items():
            later = replace(data, revision=min(NEWEST, data.revision + _STEP))
            if new:
                later = replace(later, members=members, changes=cluster.newest.changes + 1)
            if later != data:
                now[name] = replace(now[name], etcd=later)
    return settle(now)


def facts(among: Iterable[Cluster], name: str, machine: "Machine") -> bytes:
    """What the fact's script prints: status, list, and whether a linearizable read came through."""
    found = _serving(among, name, machine)
    if found is None:
        return b""
    cluster, own = found
    learner = own.member not in cluster.voters
    status = {
        "header": {"member_id": own.member, "revision": own.revision},
        "version": "3.6.16",
        "leader": min(cluster.up) if cluster.has_quorum else 0,
        "isLearner": learner,
        "errors": [] if cluster.has_quorum else ["etcdserver: no leader"],
    }
    lines = [json.dumps([{"Status": status}])]
    # A learner answers for its status only.
    if cluster.has_quorum and not learner:
        listed = [
            {"ID": each.id, "name": each.name, "peerURLs": [each.url], "isLearner": each.learner}
            for each in cluster.newest.members
        ]
        lines.append(json.dumps({"members": listed}))
        if own.revision == NEWEST:
            lines.append('{"linearizable":true}')
    return "\n".join(lines).encode()


def identity(data: Data | None) -> bytes:
    """What the fact's script prints of the data."""
    return b"" if data is None else wal_head(data.member, data.cluster)


def etcdctl(machines: Machines, name: str, command: str) -> tuple[Result, dict[str, "Machine"]]:
    """`member add|remove|promote` on this machine, and all machines after it."""
    found = _serving(clusters(machines), name, machines[name])
    if found is None or not found[0].has_quorum:
        return Result(1, b"", "context deadline exceeded"), dict(machines)
    cluster = found[0]
    try:
        members = tuple(_changed(cluster, command.split()))
    except ValueError as error:
        return Result(1, b"", f"etcdserver: {error}"), dict(machines)
    data = replace(cluster.newest, members=members, changes=cluster.newest.changes + 1)
    now = dict(machines)
    for each, own in cluster.running.items():
        now[each] = replace(now[each], etcd=replace(own, members=data.members, changes=data.changes))
    return Result(0, b"", ""), settle(now)


def _changed(cluster: Cluster, words: list[str]) -> Iterator[Member]:
    """The list after the command. ValueError with what etcd says when it refuses."""
    members = cluster.newest.members
    match words:
        case ["member", "remove", number]:
            left = cluster.voters - {int(number, 16)}
            if int(number, 16) not in {each.id for each in members}:
                raise ValueError("member not found")
            if int(number, 16) in cluster.up and len(cluster.up & left) < quorum(len(left)):
                raise ValueError("unhealthy cluster")
            yield from (each for each in members if each.id != int(number, 16))
        case ["member", "add", _, "--learner", url]:
            address = url.removeprefix("--peer-urls=")
            if any(each.learner for each in members):
                raise ValueError("too many learner members in cluster")
            if any(each.url == address for each in members):
                raise ValueError("Peer URLs already exists")
            yield from members
            yield Member(_number(address, cluster.newest.cluster, cluster.newest.changes), "", address, learner=True)
        case ["member", "promote", number]:
            running = {each.member: each for each in cluster.running.values()}
            learner = running.get(int(number, 16))
            if int(number, 16) in cluster.voters:
                raise ValueError("can only promote a learner member")
            if learner is None or learner.revision < _LEARNED * NEWEST:
                raise ValueError("can only promote a learner member which is in sync with leader")
            yield from (replace(each, learner=each.learner and each.id != learner.member) for each in members)
        case _:
            raise AssertionError(words)


def _told_to_run(machine: "Machine") -> bool:
    unit = machine.units.get(UNIT)
    return unit is not None and unit.active in ("active", "activating")


def _serving(among: Iterable[Cluster], name: str, machine: "Machine") -> tuple[Cluster, Data] | None:
    """Of a machine whose member has been ready since it was started."""
    unit = machine.units.get(UNIT)
    for cluster in among:
        if name in cluster.running and unit is not None and unit.active == "active":
            return cluster, cluster.running[name]
    return None


def _without_data(machine: "Machine", machines: Machines) -> "Machine":
    """A first start: with what it is told, or it ends and is started again and again."""
    told = machine.content(BOOTSTRAP)
    named = re.search(rb'initial-cluster: "?([^"\n]+)', told)
    pairs = [each.partition("=") for each in named[1].decode().split(",")] if named else []
    urls = {name: url for name, _, url in pairs}
    own = urls.get(machine.machine.name, "")
    if b"initial-cluster-state: new" in told:
        cluster = _number(*sorted(urls.values()))
        if any(member.url == own and member.started for each in clusters(machines) for member in each.newest.members):
            # "has already been bootstrapped"
            return _state(machine, "activating", "auto-restart")
        members = tuple(Member(_number(url, cluster), name, url) for name, url in urls.items())
        return _state(replace(machine, etcd=Data(cluster, _number(own, cluster), members)), "activating", "start")
    for each in clusters(machines):
        known = {member.url: member.id for member in each.newest.members}
        if urls and set(urls.values()) == set(known):
            data = replace(each.newest, member=known[own], revision=0)
            return _state(replace(machine, etcd=data), "activating", "start")
    return _state(machine, "activating", "auto-restart")


def _in_quorum(machine: "Machine", own: Data, newest: Data) -> "Machine":
    """It hears of the newest list. Once it is told there to have started, it is ready."""
    if own.changes != newest.changes:
        own = replace(own, members=newest.members, changes=newest.changes)
        machine = replace(machine, etcd=own)
    if own.own is None or not own.own.started:
        return machine
    if BOOTSTRAP in machine.files:
        machine = replace(machine, files={k: v for k, v in machine.files.items() if k != BOOTSTRAP})
    return _state(machine, "active", "running")


def _state(machine: "Machine", active: str, sub: str) -> "Machine":
    unit = machine.units[UNIT]
    if (unit.active, unit.sub) == (active, sub):
        return machine
    return replace(machine, units={**machine.units, UNIT: replace(unit, active=active, sub=sub)})


def restarted(data: Data | None) -> Data | None:
    """What a member that is started has, before it has heard of the rest."""
    return None if data is None else replace(data, revision=min(data.revision, _RESTARTED))


def _number(*parts: object) -> int:
    return int.from_bytes(hashlib.sha256(repr(parts).encode()).digest()[:7], "big") | 1
