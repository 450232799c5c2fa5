"""The whole of a cluster in memory, and `apply` and `resume` of it as the command line calls them.

What is real: the flows, planning, phases, artifacts, executor, compiled batches, journal, locks. What is simulated: the
machines, the API's store, the disk under the keys, the clock. Every effect anywhere is a boundary: `Cluster.look` is
called there, and `Cluster.moment` is what a kill at that place would leave behind.
"""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.checks.test_preflight import world as bare_world
from tests.unit.engine.sim import FakeClock
from tests.unit.flows.world import FakeStore
from tests.unit.phases.world import EXAMPLES

from seakeep.core.errors import MachineError, RefusedError, RunError
from seakeep.core.progress import Silent
from seakeep.design.complete import complete
from seakeep.design.model import Design, Role
from seakeep.design.model import Machine as Planned
from seakeep.engine.journal import History, Journal
from seakeep.engine.lock import Owner
from seakeep.facts.base import Fact, FactSet
from seakeep.flows.apply import apply
from seakeep.flows.certs_judged import ports
from seakeep.flows.resume import resume
from seakeep.flows.session import Session, SessionOptions
from seakeep.flows.view import observe
from seakeep.report.apply import ApplyReport
from seakeep.spec.load import LoadedSpec, parse
from seakeep.state import roster
from seakeep.state.folder import State
from seakeep.transport.api import ApiClient
from seakeep.transport.base import Result

from . import members, trust
from .api import SimApi
from .folder import MemoryState
from .host import SimHost, nothing
from .machine import Machine

_PIDS = itertools.count(1 << 23)
"""Above what the kernel hands out: every process here is dead as soon as it is looked up."""


@cache
def loaded(change: tuple[tuple[str, str], ...]) -> LoadedSpec:
    """The three-site example, with texts in it replaced."""
    path = EXAMPLES / "three-sites.yaml"
    text = path.read_text()
    for old, new in change:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text.encode(), path)


@cache
def designed(change: tuple[tuple[str, str], ...], kept: bytes | None) -> Design:
    """Its design for a cluster of which this is known."""
    return complete(loaded(change), None if kept is None else roster.decode(kept))


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

    def __init__(self, tick: Callable[[], None], time: float = 0.0) -> None:
        super().__init__()
        self._tick, self.time = tick, time

    async def sleep(self, seconds: float) -> None:
        if seconds >= 10:
            await asyncio.Event().wait()
        await super().sleep(seconds)
        self._tick()


class SimSession(Session):
    """One process of the operator."""

    def __init__(self, cluster: "Cluster", root: Path, *, replace: str = "") -> None:
        super().__init__(
            loaded(cluster.change),
            cluster.design,
            MemoryState(root, cluster),
            cast("Any", _Store()),
            progress=Silent(),
            options=SessionOptions(replace=replace),
            clock=_Clock(cluster.tick, cluster.time),
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
        names, lost = [machine.name for machine in machines], self.cluster.lost
        found = {name: self.cluster.facts(name, ids) for name in names if name not in lost}
        return found, {name: MachineError("no route", host=name) for name in names if name in lost}

    async def entrance(self) -> Any:
        return self.cluster.hosts[self.entrances()[0].name]

    @asynccontextmanager
    async def api(
        self, *identities: str, via: object = None, timeout: float = 0
    ) -> AsyncIterator[Mapping[str, ApiClient]]:
        # A client needs what the real one reads from the state folder.
        assert self.state.read("pki/cluster/ca.crt") is not None
        for identity in identities:
            assert identity == "anonymous" or self.state.read(self.design.pki.leaf("cluster", identity).key) is not None
        yield dict.fromkeys(identities, SimApi(self.cluster))


async def applied(session: SimSession) -> ApplyReport | None:
    """`seakeep apply --yes`."""
    return await apply(session, confirm=lambda _: True)


def nobody() -> None:
    """Looks on."""


@dataclass
class Cluster:
    """Machines, the API's store and the operator's keys. `look` is called at every boundary; `root` is the state folder
    of the newest process. `replace` is the machine that `node replace` names, `lost` are those that do not answer.
    `watch` makes what looks on while a process goes on."""

    folder: Path
    change: tuple[tuple[str, str], ...] = ()
    replace: str = ""
    lost: frozenset[str] = frozenset()
    hosts: dict[str, SimHost] = field(default_factory=dict)
    objects: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, bytes] = field(default_factory=dict)
    look: Callable[[], None] = nobody
    watch: Callable[[], Callable[[], None]] | None = None
    verb: Callable[[SimSession], Awaitable[ApplyReport | None]] = applied
    whole: bool = False
    time: float = 0.0
    processes: int = 0
    _seen: tuple[dict[str, Machine], tuple[members.Cluster, ...]] | None = None

    @classmethod
    def bare(cls, folder: Path) -> "Cluster":
        """Nothing but machines."""
        made = cls(folder)
        boxes = bare_world("three-sites", nested=True).boxes
        made.hosts = {name: SimHost(name, Machine.of(box), made) for name, box in boxes.items()}
        return made

    @property
    def design(self) -> Design:
        return designed(self.change, self.values.get(roster.NAME))

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
        """A process: `seakeep apply`, or what is in its place."""
        asyncio.run(self.verb(self.process(replace=self.replace)))

    def holders(self) -> list[str | None]:
        """Who holds the API's leases."""
        leases = [each for each in self.objects.values() if each.get("kind") == "Lease"]
        return [lease["spec"].get("holderIdentity") for lease in leases]

    def go_on(self, moment: Moment) -> History | None:
        """A process after a kill: `seakeep resume`, and the same command again where that says that there is nothing to
        resume because the run had not begun, or had just ended. The journal of what was done, None if nothing was. A
        command of several runs (`whole`) is given once more after the resumed one."""
        self.at(moment)
        # What is replaced is said again only where nobody has heard of it.
        session = self.process(replace=self.replace if moment.journal is None else "")
        if self.look is nobody and self.watch is not None:
            self.seen_by(self.watch())
        for name, content in moment.values.items():
            if name.startswith(f"runs/{moment.run}/"):
                State.write(session.state, name, content)
        if moment.journal is not None:
            State.write(session.state, f"runs/{moment.run}/journal.jsonl", moment.journal)
        try:
            history = _history(asyncio.run(resume(session, None, lambda _: True)))
            if self.whole:
                asyncio.run(self.verb(self.process()))
        except RefusedError as refused:
            if "nothing to resume" not in refused.message:
                raise
            history = _history(asyncio.run(self.verb(session)))
        finally:
            self.seen_by(nobody)
        return history

    async def shown(self, socket: Path, pair: object, *, timeout: float) -> bytes:
        """In place of `tls.shown`: what the program at that port of the machine has read."""
        name, _, number = str(socket).split("/")
        machine = self.hosts[name].machine
        port = next(each for each in ports(self.design, self.design.machine(name)) if each.port == int(number))
        place = next(each for each in trust.places(self.design, self.design.machine(name)) if each.name == port.leaf)
        found = trust.read(machine, place)
        if not found:
            raise RunError("no handshake: Connection refused")
        return x509.load_pem_x509_certificate(found).public_bytes(Encoding.DER)

    def planned(self) -> set[str]:
        """The ids of everything that is missing now."""
        return asyncio.run(self._planned())

    async def _planned(self) -> set[str]:
        session = SimSession(self, self.root)
        return {change.id for change in (await observe(session)).plan(session).changes}

    def process(self, *, replace: str = "") -> SimSession:
        """A new one of the operator's, with a state folder of its own."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.processes += 1
        self.root.mkdir(mode=0o700)
        return SimSession(self, self.root, replace=replace)

    def seen_by(self, look: Callable[[], None]) -> None:
        """It is called after everything that changes anything."""
        self.look = look
        for host in self.hosts.values():
            host.moved = None if look is nobody else look

    def machines(self) -> dict[str, Machine]:
        """Those that run."""
        return {name: host.machine for name, host in self.hosts.items() if name not in self.lost}

    def etcd(self) -> tuple[members.Cluster, ...]:
        """Who of etcd runs, found out again once a machine is another."""
        now = self.machines()
        if self._seen is None or any(self._seen[0].get(name) is not each for name, each in now.items()):
            self._seen = now, members.clusters(now)
        return self._seen[1]

    def settle(self) -> None:
        """What etcd's members do at once."""
        self._become(members.settle(self.machines()))

    def tick(self) -> None:
        """A moment passes."""
        now = members.tick(self.machines())
        if self._become({name: _later(each) for name, each in now.items()}):
            self.look()

    def etcdctl(self, name: str, command: str) -> Result:
        """Change etcd's members from that machine."""
        answer, after = members.etcdctl(self.machines(), name, command)
        if self._become(after):
            self.look()
        return answer

    def _become(self, machines: Mapping[str, Machine]) -> bool:
        """Whether anything is different from before."""
        moved = [name for name, machine in machines.items() if self.hosts[name].machine is not machine]
        for name in moved:
            self.hosts[name].machine = machines[name]
        return bool(moved)

    def running(self, role: Role, *units: str) -> dict[str, bool]:
        """Machine -> whether these units run on it."""
        machines = [each for each in self.design.with_role(role) if each.name not in self.lost]
        return {each.name: all(self.hosts[each.name].machine.runs(unit) for unit in units) for each in machines}

    def api_servers(self) -> dict[str, bool]:
        """Which API servers are ready: they run, and etcd has a quorum."""
        quorum = any(each.has_quorum for each in self.etcd())
        running = self.running(Role.CONTROL_PLANE, "kube-apiserver")
        return {name: up and quorum and not self.hosts[name].machine.starting for name, up in running.items()}

    def endpoint(self) -> bool:
        """Whether the API answers at the VIP."""
        balanced = self.running(Role.LOAD_BALANCER, "seakeep-haproxy", "seakeep-keepalived")
        return any(balanced.values()) and any(self.api_servers().values())

    def facts(self, name: str, ids: tuple[str, ...]) -> FactSet:
        """What the machine says; health as it follows from what runs."""
        machine = self.hosts[name].machine
        whole = machine.facts()
        raw = {id_: whole.raw[id_] for id_ in ids if id_ in whole.raw}
        parsed = whole._parsed
        if "certificates" in ids:
            raw["certificates"] = machine.certificates()
        if health := {"etcd", "apiserver", "vip"}.intersection(ids):
            raw |= {id_: says for id_, says in self._health(name).items() if id_ in health}
            # What is parsed is kept with the machine; this is not its own.
            parsed = dict(parsed)
        return FactSet(name, raw, whole.read_at, parsed)

    def _health(self, name: str) -> dict[str, bytes]:
        machine, servers = self.hosts[name].machine, self.api_servers()
        says = {"etcd": b"", "apiserver": b"200" if servers.get(name) else b"000", "vip": b"503"}
        if machine.runs("seakeep-haproxy") and any(servers.values()):
            used = "".join(f"server {server} {'UP' if ready else 'NOLB'}\n" for server, ready in servers.items())
            vrrp = "BACKUP" if machine.runs("seakeep-keepalived") else ""
            balanced = self.running(Role.LOAD_BALANCER, "seakeep-haproxy", "seakeep-keepalived")
            holder = next((each for each, up in balanced.items() if up), "")
            says["vip"] = f"{'holds' if name == holder else ''}\n200\nvrrp {vrrp}\n{used}".encode()
        return {**says, "etcd": members.facts(self.etcd(), name, machine)}


def _history(report: ApplyReport | None) -> History | None:
    return Journal.read(Path(report.run_dir) / "journal.jsonl") if report is not None and report.run_dir else None


def _later(machine: Machine) -> Machine:
    if machine.starting or machine.followed is not machine.files:
        return replace(machine, starting=False, followed=machine.files)
    return machine


def another_process(*, run: str, command: str, clock: Any) -> Owner:
    """In place of `Owner.me`: a process of this computer that is dead as soon as somebody looks."""
    return msgspec.structs.replace(_ME(run=run, command=command, clock=clock), pid=next(_PIDS), born=1)


_ME = Owner.me
