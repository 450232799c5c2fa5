"""The locks on the machines and in the API, and that reset and node drain hold them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.engine.sim import FakeClock, FolderHost
from tests.unit.flows.test_drain import Node, pod
from tests.unit.flows.world import FakeApi, FakeSession

from seakeep.core.errors import Exit, MachineError, RefusedError, SeakeepError
from seakeep.engine import lock as engine
from seakeep.engine.journal import Journal, State
from seakeep.engine.lease import LeaseLock
from seakeep.engine.lock import Owner, read_lock
from seakeep.flows import nodes
from seakeep.flows import reset as flow
from seakeep.flows.lease import ApiLease
from seakeep.flows.locks import machine_lock
from seakeep.flows.reset import reset
from seakeep.state.runs import list_runs

ME = Owner.me(run="r1", command="apply", clock=FakeClock())
ADA = msgspec.structs.replace(ME, user="ada", host="laptop", computer="elsewhere", run="r2", pid=7)


class Api(FakeApi):
    """An API server with pods and the operator's lease."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self.lease: dict[str, Any] | None = None
        self.down = False

    async def raw(self, path: str, *, method: str = "GET", body: bytes | None = None, **more: Any) -> tuple[int, bytes]:
        if self.down:
            raise SeakeepError("connection refused")
        if "/leases" not in path:
            return await super().raw(path, method=method, body=body, **more)
        if method != "GET":
            self.lease = msgspec.json.decode(body or b"")
        return (200, msgspec.json.encode(self.lease)) if self.lease else (404, b"{}")

    @property
    def holder(self) -> str:
        return str((self.lease or {}).get("spec", {}).get("holderIdentity") or "")


class Session(FakeSession):
    """Control-plane machines that are folders; those in `down` do not answer."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.hosts = {name: FolderHost(name, folder) for name in ("a-cp1", "b-cp1", "c-cp1")}
        self.down: set[str] = set()
        self.node = Node(pod("web"))
        self.served = Api(self.node)
        self.state.write("pki/cluster/ca.crt", b"x")
        ask = engine._ask

        async def asked(host: Any, script: str, what: str, root: str) -> str:
            if host.name in self.down:
                raise MachineError("no route", host=host.name)
            return await ask(host, script, what, str(host.root))

        monkeypatch.setattr(engine, "_ask", asked)

    def host(self, name: str) -> Any:
        return self.hosts[name]

    @asynccontextmanager
    async def api(self, *identities: str, via: object = None) -> AsyncIterator[Mapping[str, Api]]:
        yield dict.fromkeys(identities, self.served)

    def outcome(self) -> tuple[str, set[State]]:
        """How the last run ended, and what became of its changes."""
        history = Journal.read(list_runs(self.state)[0].journal)
        return history.result, set(history.states.values())


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    return Session(tmp_path, monkeypatch)


async def test_reset_is_refused_while_another_operator_works(session: Session) -> None:
    async with machine_lock(session, ADA):
        with pytest.raises(RefusedError, match="is locked on a-cp1 by ada@laptop"):
            await reset(session, keep_etcd=False, confirm_name=lambda: session.design.name)
    assert session.asked == []


async def test_reset_holds_the_lock_and_gives_it_back(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    held: list[str] = []

    async def clean(session: Session, run: Any, owner: Owner, *, keep_etcd: bool) -> tuple[str, ...]:
        for host in session.hosts.values():
            found = await read_lock(host)
            assert found is not None
            assert found.owner is not None
            held.append(found.owner.command)
        return ()

    monkeypatch.setattr(flow, "_clean", clean)
    await reset(session, keep_etcd=True, confirm_name=lambda: session.design.name)
    assert held == ["reset"] * 3
    assert [await read_lock(host) for host in session.hosts.values()] == [None] * 3


async def test_a_control_plane_that_is_gone_can_still_be_reset_but_not_changed(session: Session) -> None:
    session.down = set(session.hosts)
    async with machine_lock(session, ME, needed=False):
        pass
    with pytest.raises(RefusedError, match="no control-plane machine could be locked"):
        async with machine_lock(session, ME):
            pass


def lease_of(session: Session, owner: Owner) -> LeaseLock:
    return LeaseLock(ApiLease(session.served), owner, clock=FakeClock(), progress=session.progress)


async def test_a_drain_holds_both_locks_and_gives_them_back(session: Session) -> None:
    seen: list[str] = []
    plain = session.node.__call__

    def answer(method: str, path: str) -> tuple[int, Any]:
        seen.append(session.served.holder)
        return plain(method, path)

    session.served.answer = answer
    report = await nodes.drain(session, "b-worker1", 30)
    assert session.node.evicted == ["web"]
    assert seen
    assert all("run" in holder for holder in seen)
    assert session.served.holder == ""
    assert [await read_lock(host) for host in session.hosts.values()] == [None] * 3
    assert report.node == "b-worker1"
    assert session.outcome() == ("ok", {State.DONE})


async def test_a_drain_is_refused_while_another_operator_holds_the_machines(session: Session) -> None:
    async with machine_lock(session, ADA):
        with pytest.raises(RefusedError, match="is locked on a-cp1 by ada@laptop"):
            await nodes.drain(session, "b-worker1", 30)
    assert session.node.evicted == []
    assert list_runs(session.state) == ()


async def test_a_drain_is_refused_while_another_operator_holds_the_lease(session: Session) -> None:
    """Whoever reaches other machines than we do is met in the API."""
    async with lease_of(session, ADA):
        with pytest.raises(RefusedError, match="the cluster is locked by ada@laptop"):
            await nodes.drain(session, "b-worker1", 30)
    assert session.node.evicted == []
    assert [await read_lock(host) for host in session.hosts.values()] == [None] * 3


async def test_a_drain_that_is_interrupted_says_so_and_how_to_go_on(session: Session) -> None:
    session.node.kept = {"web": "needs 2 healthy pods"}
    plain = session.node.__call__

    def answer(method: str, path: str) -> tuple[int, Any]:
        if path.endswith("/eviction"):
            session.options.interrupt.set()
        return plain(method, path)

    session.served.answer = answer
    with pytest.raises(SeakeepError, match="interrupted") as caught:
        await nodes.drain(session, "b-worker1", 3600)
    assert caught.value.exit_code == Exit.INTERRUPTED
    assert caught.value.hint == "`seakeep node drain b-worker1` goes on from there"
    assert session.outcome() == ("interrupted", {State.AMBIGUOUS})
    assert session.served.holder == ""


def every_machine_answers(session: Session) -> None:
    for machine in session.design.machines:
        session.raw[machine.name] = {"leftovers": b"", "system": b""}
        session.hosts.setdefault(machine.name, FolderHost(machine.name, session.state.root))


async def test_reset_is_refused_while_another_operator_holds_the_lease(session: Session) -> None:
    every_machine_answers(session)
    async with lease_of(session, ADA):
        with pytest.raises(RefusedError, match="the cluster is locked by ada@laptop"):
            await reset(session, keep_etcd=False, confirm_name=lambda: session.design.name)
    assert session.state.read("pki/cluster/ca.crt") is not None


async def test_reset_takes_the_lease_and_an_interrupted_one_says_how_to_go_on(session: Session) -> None:
    every_machine_answers(session)
    session.options.interrupt.set()
    with pytest.raises(SeakeepError, match="interrupted") as caught:
        await reset(session, keep_etcd=False, confirm_name=lambda: session.design.name)
    assert "run" in session.served.holder
    assert caught.value.exit_code == Exit.INTERRUPTED
    assert caught.value.hint == "`seakeep reset` goes on from there"
    assert session.outcome() == ("interrupted", {State.PENDING})
    assert session.state.read("pki/cluster/ca.crt") is not None


async def test_reset_goes_on_without_an_api_that_is_gone(session: Session) -> None:
    every_machine_answers(session)
    session.served.down = True
    session.options.interrupt.set()
    with pytest.raises(SeakeepError, match="interrupted"):
        await reset(session, keep_etcd=False, confirm_name=lambda: session.design.name)


async def test_reset_cleans_what_the_file_no_longer_names_as_well(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load balancer that was taken out of the file and never out of the cluster would go on claiming the VIP."""
    known = session.design
    gone = {"a-lb1": b"owner:three-sites\n", "b-lb1": b"owner:other\n"}
    session.design = replace(known, machines=tuple(each for each in known.machines if each.name not in gone))
    session.leaving = tuple(known.machine(name) for name in (*gone, "b-worker1"))
    session.design = replace(
        session.design, machines=tuple(each for each in session.design.machines if each.name != "b-worker1")
    )
    session.raw = {name: {"leftovers": mark, "system": b""} for name, mark in gone.items()}
    session.raw["a-cp1"] = {"leftovers": b"owner:three-sites\n", "system": b""}
    done: list[tuple[str, str]] = []

    async def execute(session: Session, journal: Any, stage: Any, **_: Any) -> None:
        done.extend((step.change.host, step.action.script) for step in stage.steps)

    monkeypatch.setattr(flow, "execute", execute)
    monkeypatch.setattr(flow, "take_lease", execute_nothing)
    with pytest.raises(MachineError, match="no route"):
        await reset(session, keep_etcd=False, confirm_name=lambda: session.design.name)
    assert [host for host, _ in done] == ["a-cp1", "a-lb1"]
    assert "seakeep-keepalived.service" in dict(done)["a-lb1"]


async def execute_nothing(*_: object) -> None:
    """Nothing to take."""
