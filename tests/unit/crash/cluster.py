"""The whole of a cluster in memory, and `apply` and `resume` of it as the command line calls them.

What is real: the flows, planning, phases, artifacts, executor, compiled batches, journal, locks. What is simulated: the
machines, the API's store, the disk under the keys, the clock. Every effect anywhere is a boundary: `Cluster.look` is
called there, and `Cluster.moment` is what a kill at that place would leave behind.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from tests.unit.checks.test_preflight import world as bare_world
from tests.unit.engine.sim import FakeClock
from tests.unit.flows.world import FakeStore
from tests.unit.phases.world import EXAMPLES, as_served

from seakeep.artifacts.base import KubeObject
from seakeep.core.errors import MachineError, RefusedError, UndecidedError
from seakeep.core.progress import Silent
from seakeep.core.secret import Secret, SecretRef
from seakeep.design.complete import complete
from seakeep.design.model import Design, Role
from seakeep.design.model import Machine as Planned
from seakeep.engine.journal import History, Journal
from seakeep.engine.lock import Owner
from seakeep.facts.base import Fact, FactSet
from seakeep.facts.registry import STATE
from seakeep.flows.apply import apply
from seakeep.flows.resume import resume
from seakeep.flows.session import Session, SessionOptions
from seakeep.flows.view import View
from seakeep.spec.load import LoadedSpec, parse
from seakeep.state import certificates, pki
from seakeep.state.folder import State
from seakeep.transport.api import FIELD_MANAGER, PLURALS, ApiClient, ApiError

from .machine import Machine, SimHost, nothing

_PIDS = itertools.count(1 << 23)
"""Above what the kernel hands out: every process here is dead as soon as it is looked up."""


@cache
def loaded(change: tuple[tuple[str, str], ...]) -> tuple[LoadedSpec, Design]:
    """The three-site example, with texts in it replaced."""
    path = EXAMPLES / "three-sites.yaml"
    text = path.read_text()
    for old, new in change:
        assert old in text
        text = text.replace(old, new, 1)
    made = parse(text.encode(), path)
    return made, complete(made)


@dataclass(frozen=True, slots=True)
class Moment:
    """What is left when the operator's process dies now. `journal` is its bytes, None before it exists."""

    machines: Mapping[str, Machine]
    objects: Mapping[str, Any]
    values: Mapping[str, bytes]
    journal: bytes | None
    run: str

    @property
    def world(self) -> tuple[object, ...]:
        """Equal for two moments that differ in the journal alone."""
        return (*map(id, self.machines.values()), id(self.objects), id(self.values))


class MemoryState(State):
    """A state folder whose values are in memory; only the runs are on the disk. Each write is whole or not at all, as
    tests of the folder itself show."""

    def __init__(self, root: Path, cluster: "Cluster") -> None:
        super().__init__(root)
        self._cluster = cluster

    def read(self, name: str | SecretRef) -> Secret | None:
        found = self._cluster.values.get(name.name if isinstance(name, SecretRef) else name)
        return None if found is None else Secret(found)

    def write(self, name: str, value: Secret | bytes, *, durable: bool = False) -> None:
        content = value.reveal() if isinstance(value, Secret) else value
        if name.startswith("runs/"):
            super().write(name, content)
        cluster = self._cluster
        cluster.values = {**cluster.values, name: content}
        cluster.look()

    def holds(self, name: str) -> bool:
        return name in self._cluster.values

    def names(self, under: str = "") -> tuple[str, ...]:
        return tuple(sorted(name for name in self._cluster.values if name.startswith(f"{under}/" if under else "")))

    def remove(self, name: str) -> None:
        cluster = self._cluster
        cluster.values = {known: value for known, value in cluster.values.items() if known != name}
        cluster.look()


class SimApi(ApiClient):
    """The API's store, answered while an API server can."""

    def __init__(self, cluster: "Cluster") -> None:
        self.cluster = cluster

    async def raw(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
        group: str = "",
    ) -> tuple[int, bytes]:
        if not self.cluster.endpoint():
            raise ApiError("the API did not answer: connection refused", status=0)
        status, found = self._answer(method, path.partition("?")[0], body)
        return status, msgspec.json.encode(found)

    def _answer(self, method: str, path: str, body: bytes | None) -> tuple[int, Any]:
        objects = self.cluster.objects
        match method:
            case "GET" if path == "/readyz":
                return 200, "ok"
            case "GET" if path == "/api/v1/nodes":
                return 200, {"items": [self._node(k, v) for k, v in objects.items() if k.startswith(path + "/")]}
            case "GET" if path.rpartition("/")[2] in PLURALS.values():
                root, _, plural = path.rpartition("/")
                kept = [each for key, each in objects.items() if key.startswith(root) and key.split("/")[-2] == plural]
                return 200, {"items": kept}
            case "GET":
                return (200, self._living(objects[path])) if path in objects else (404, {})
            case "PATCH" if path.startswith("/api/v1/nodes/") and b"unschedulable" in (body or b""):
                return (200, self._store(path, _cordoned(objects[path]))) if path in objects else (404, {})
            case "PATCH":
                asked = msgspec.json.decode(body or b"")
                kept = as_served(KubeObject(api_version="", kind="", name="", namespace=None, body=asked))
                record = {"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {}}
                metadata: Any = kept["metadata"]
                return 200, self._store(path, {**kept, "metadata": {**metadata, "managedFields": [record]}})
            case "DELETE" if path in objects:
                self.cluster.objects = {key: each for key, each in objects.items() if key != path}
                self.cluster.look()
                return 200, {}
            case "DELETE":
                return 404, {}
            case "POST":
                made = msgspec.json.decode(body or b"")
                path = f"{path}/{made['metadata']['name']}"
                return (409, {}) if path in objects else (201, self._store(path, made))
            case "PUT":
                return 200, self._store(path, msgspec.json.decode(body or b""))
        raise AssertionError((method, path))

    def _store(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        self.cluster.objects = {**self.cluster.objects, path: body}
        self.cluster.look()
        return body

    def _node(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        name = path.rpartition("/")[2]
        up = self.cluster.hosts[name].machine.runs("kubelet")
        return {
            **body,
            "status": {
                "conditions": [{"type": "Ready", "status": "True" if up else "False"}],
                "nodeInfo": {"kubeletVersion": f"v{self.cluster.design.release.kubernetes}"},
            },
        }

    def _living(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("kind") not in {"DaemonSet", "Deployment"}:
            return body
        nodes = sum(1 for key in self.cluster.objects if key.startswith("/api/v1/nodes/"))
        return {**body, "status": {"availableReplicas": nodes, "numberAvailable": nodes}}


def _cordoned(node: dict[str, Any]) -> dict[str, Any]:
    return {**node, "spec": {**node["spec"], "unschedulable": True}}


class _Store(FakeStore):
    def inventory(self, component: str, version: str, arch: str) -> tuple[Any, ...]:
        return _inventory(component, version, arch)

    def binaries(self, *_: object) -> AsyncIterator[bytes]:
        return nothing()

    def image(self, *_: object) -> AsyncIterator[bytes]:
        return nothing()


@cache
def _inventory(component: str, version: str, arch: str) -> tuple[Any, ...]:
    return FakeStore().inventory(component, version, arch)


class _Clock(FakeClock):
    """Nothing here takes as long as the locks' signs of life are apart."""

    async def sleep(self, seconds: float) -> None:
        if seconds >= 10:
            await asyncio.Event().wait()
        await super().sleep(seconds)


class SimSession(Session):
    """One process of the operator."""

    def __init__(self, cluster: "Cluster", root: Path) -> None:
        super().__init__(
            *loaded(cluster.change),
            MemoryState(root, cluster),
            cast("Any", _Store()),
            progress=Silent(),
            options=SessionOptions(),
            clock=_Clock(),
        )
        self.cluster = cluster

    def keep_file(self) -> None:
        """The file is one of the examples, with texts replaced in memory: it stays as it is."""

    def host(self, name: str) -> Any:
        return self.cluster.hosts[name]

    async def read(
        self, facts: Iterable[Fact[Any]], machines: Iterable[Planned], *, timeout: float = 60
    ) -> tuple[dict[str, FactSet], dict[str, MachineError]]:
        ids = tuple(fact.id for fact in facts)
        return {machine.name: self.cluster.facts(machine.name, ids) for machine in machines}, {}

    async def entrance(self) -> Any:
        return self.cluster.hosts[self.entrances()[0].name]

    @asynccontextmanager
    async def api(self, *identities: str, via: object = None) -> AsyncIterator[Mapping[str, ApiClient]]:
        if identities == ("admin",):
            raise UndecidedError("nothing carries a probe here")
        # A client needs what the real one reads from the state folder.
        assert self.state.read("pki/cluster/ca.crt") is not None
        for identity in identities:
            assert identity == "anonymous" or self.state.read(self.design.pki.leaf("cluster", identity).key) is not None
        yield dict.fromkeys(identities, SimApi(self.cluster))


@dataclass
class Cluster:
    """Machines, the API's store and the operator's keys. `look` is called at every boundary; `root` is the state folder
    of the newest process."""

    folder: Path
    change: tuple[tuple[str, str], ...] = ()
    hosts: dict[str, SimHost] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)
    look: Callable[[], None] = lambda: None
    processes: int = 0

    @classmethod
    def bare(cls, folder: Path) -> "Cluster":
        """Nothing but machines."""
        made = cls(folder)
        boxes = bare_world("three-sites", nested=True).boxes
        made.hosts = {name: SimHost(name, Machine.of(box), made.endpoint) for name, box in boxes.items()}
        return made

    @property
    def design(self) -> Design:
        return loaded(self.change)[1]

    @property
    def root(self) -> Path:
        return self.folder / str(self.processes)

    def moment(self, run: str = "", journal: bytes | None = None) -> Moment:
        """Now."""
        machines = {name: host.machine for name, host in self.hosts.items()}
        return Moment(machines, self.objects, self.values, journal, run)

    def at(self, moment: Moment) -> None:
        """Everything is as it was then."""
        for name, host in self.hosts.items():
            host.machine = moment.machines[name]
        self.objects, self.values = moment.objects, moment.values

    def apply(self) -> None:
        """A process: `seakeep apply`."""
        asyncio.run(apply(self.process(), confirm=lambda _: True))

    def holders(self) -> list[str | None]:
        """Who holds the API's leases."""
        leases = [each for each in self.objects.values() if each.get("kind") == "Lease"]
        return [lease["spec"].get("holderIdentity") for lease in leases]

    def go_on(self, moment: Moment) -> History | None:
        """A process after a kill: `seakeep resume`, and `seakeep apply` where that says that there is nothing to resume
        because the run had not begun, or had just ended. The journal of what was done, None if nothing was."""
        self.at(moment)
        session = self.process()
        for name, content in moment.values.items():
            if name.startswith(f"runs/{moment.run}/"):
                State.write(session.state, name, content)
        if moment.journal is not None:
            State.write(session.state, f"runs/{moment.run}/journal.jsonl", moment.journal)
        try:
            report = asyncio.run(resume(session, None, lambda _: True))
        except RefusedError as refused:
            if "nothing to resume" not in refused.message:
                raise
            report = asyncio.run(apply(session, confirm=lambda _: True))
        return Journal.read(Path(report.run_dir) / "journal.jsonl") if report.run_dir else None

    def planned(self) -> set[str]:
        """The ids of everything that is missing now."""
        return asyncio.run(self._planned())

    async def _planned(self) -> set[str]:
        session = SimSession(self, self.root)
        facts, _ = await session.read(STATE, self.design.machines)
        view = View(facts=facts, unreachable={}, findings=[], objects=None)
        if self.endpoint():
            view = replace(view, objects=await view.read_objects(session, SimApi(self)))
        return {change.id for change in view.plan(session).changes}

    def process(self) -> SimSession:
        """A new one of the operator's, with a state folder of its own."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.processes += 1
        self.root.mkdir(mode=0o700)
        return SimSession(self, self.root)

    def with_role(self, role: Role, *units: str) -> dict[str, bool]:
        """Machine -> whether these units run on it."""
        machines = self.design.with_role(role)
        return {each.name: all(self.hosts[each.name].machine.runs(unit) for unit in units) for each in machines}

    def api_servers(self) -> dict[str, bool]:
        """Which API servers are ready: they run, and etcd has a quorum."""
        members = self.with_role(Role.ETCD, "etcd")
        quorum = sum(members.values()) > len(members) // 2
        return {name: up and quorum for name, up in self.with_role(Role.CONTROL_PLANE, "kube-apiserver").items()}

    def endpoint(self) -> bool:
        """Whether the API answers at the VIP."""
        balanced = self.with_role(Role.LOAD_BALANCER, "seakeep-haproxy", "seakeep-keepalived")
        return any(balanced.values()) and any(self.api_servers().values())

    def facts(self, name: str, ids: tuple[str, ...]) -> FactSet:
        """What the machine says; health as it follows from what runs."""
        machine = self.hosts[name].machine
        if not {"etcd", "apiserver", "vip"}.issuperset(ids):
            whole = machine.facts()
            raw = {id_: whole.raw[id_] for id_ in ids if id_ in whole.raw}
            return FactSet(name, raw, whole.read_at, whole._parsed)
        members = self.with_role(Role.ETCD, "etcd")
        servers = self.api_servers()
        says = {"etcd": b"", "apiserver": b"200" if servers.get(name) else b"000", "vip": b"503"}
        if machine.runs("seakeep-haproxy") and any(servers.values()):
            used = "".join(f"server {server} {'UP' if ready else 'NOLB'}\n" for server, ready in servers.items())
            vrrp = "BACKUP" if machine.runs("seakeep-keepalived") else ""
            says["vip"] = f"200\nvrrp {vrrp}\n{used}".encode()
        if members.get(name) and sum(members.values()) > len(members) // 2:
            says["etcd"] = b'[{"Status":{"header":{"revision":7}}}]\n{"members":[]}\n{"linearizable":true}\n'
        return FactSet(name, {id_: says[id_] for id_ in ids})


def another_process(*, run: str, command: str, clock: Any) -> Owner:
    """In place of `Owner.me`: a process of this computer that is dead as soon as somebody looks."""
    return msgspec.structs.replace(_ME(run=run, command=command, clock=clock), pid=next(_PIDS), born=1)


_ME = Owner.me


class Authority:
    """Makes the keys and certificates of each name once, so that two runs can be compared byte for byte. A key that is
    made while there is one already is another, as it would be."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, bool], ec.EllipticCurvePrivateKey] = {}
        self.made: dict[tuple[str, bytes, bytes], x509.Certificate] = {}
        self.secrets: dict[str, bytes] = {}
        self.name = ""
        self.again = False
        self._new_key, self._make_leaf, self._make_ca = (
            certificates.new_key,
            certificates.make_leaf,
            certificates.make_ca,
        )
        self._issue, self._missing = pki.issue, pki.missing
        self._known: dict[tuple[int, ...], tuple[object, Any]] = {}

    def issue(self, state: MemoryState, design: Design, name: str, clock: Any) -> None:
        self.name, self.again = name, state.read(name.removesuffix(".crt") + ".key") is not None
        self._issue(state, design, name, clock)

    def missing(self, state: MemoryState, design: Design, now: Any) -> Any:
        """Read once for the same values."""
        values = {name: found for name, found in state._cluster.values.items() if not name.startswith("runs/")}
        key = (id(design), *map(id, values.values()))
        if key not in self._known:
            self._known[key] = (values, self._missing(state, design, now))
        return self._known[key][1]

    def new_key(self) -> ec.EllipticCurvePrivateKey:
        return self.keys.setdefault((self.name, self.again), self._new_key())

    def make_leaf(self, leaf: Any, public: Any, authority: Any, key: Any, now: Any) -> x509.Certificate:
        return self._once((leaf.cert, repr(leaf).encode(), certificates.public_pem(public)),
                          lambda: self._make_leaf(leaf, public, authority, key, now))  # fmt: skip

    def make_ca(self, ca: Any, key: Any, now: Any) -> x509.Certificate:
        public = certificates.public_pem(key.public_key())
        return self._once((ca.name, b"", public), lambda: self._make_ca(ca, key, now))

    def _once(self, key: tuple[str, bytes, bytes], make: Callable[[], x509.Certificate]) -> x509.Certificate:
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]
