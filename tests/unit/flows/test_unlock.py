"""Breaking a lock: what is shown, what is asked, what is refused, what is kept of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.engine.sim import FakeClock
from tests.unit.flows.world import FakeSession

from seakeep.core.errors import MachineError, RefusedError, UndecidedError
from seakeep.core.secret import Secret
from seakeep.engine.journal import Journal, Note
from seakeep.engine.lease import OWNER_ANNOTATION
from seakeep.engine.lock import Held, Owner
from seakeep.flows import unlock as flow
from seakeep.flows.unlock import unlock
from seakeep.state.runs import list_runs
from seakeep.transport.fake import FakeHost

ME = Owner.me(run="r1", command="apply", clock=FakeClock())
ADA = msgspec.structs.replace(ME, user="ada", host="laptop", computer="elsewhere", run="r2", pid=7)


class Machines:
    """Locks by machine; None is free, an exception is no answer."""

    def __init__(self, **held: Owner | MachineError | None) -> None:
        self.held = {name.replace("_", "-"): owner for name, owner in held.items()}
        self.broken: list[str] = []
        self.silent = 600.0

    async def read(self, host: Any) -> Held | None:
        found = self.held[host.name]
        if isinstance(found, MachineError):
            raise found
        return None if found is None else Held(host.name, found, 7200.0, self.silent, "raw")

    async def broke(self, host: Any, held: Held) -> None:
        assert held.machine == host.name
        self.broken.append(host.name)


def no_route(name: str) -> MachineError:
    return MachineError("no route", host=name)


class Session(FakeSession):
    def host(self, name: str) -> Any:
        return FakeHost(name)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def wired(monkeypatch: pytest.MonkeyPatch, machines: Machines) -> Machines:
    monkeypatch.setattr(flow, "read_lock", machines.read)
    monkeypatch.setattr(flow, "break_lock", machines.broke)
    return machines


def lease(holder: str | None, owner: Owner = ADA) -> Mapping[str, Any]:
    return {
        "metadata": {
            "name": "seakeep-lock",
            "namespace": "kube-system",
            "resourceVersion": "5",
            "annotations": {OWNER_ANNOTATION: msgspec.json.encode(owner).decode()},
            "managedFields": [{"time": "2026-11-23T00:00:00Z"}],
        },
        "spec": {"holderIdentity": holder, "acquireTime": "2026-11-22T23:00:00.000000Z"},
    }


async def test_it_shows_asks_breaks_and_keeps_a_record(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = wired(monkeypatch, Machines(a_cp1=ADA, b_cp1=None, c_cp1=ADA))
    shown: list[tuple[str, ...]] = []
    removed = await unlock(session, lambda lines: not shown.append(lines))
    assert shown == [removed]
    assert removed[0] == f"lock on a-cp1: {ADA}, for 2 h, last sign of life 10 min ago"
    assert machines.broken == ["a-cp1", "c-cp1"]
    (run,) = list_runs(session.state)
    journal = Journal.read(run.journal)
    notes = [record.text for record in journal.records if isinstance(record, Note)]
    assert [note.split(" of ")[0] for note in notes] == ["breaks the lock on a-cp1", "breaks the lock on c-cp1"]
    assert all("ada@laptop" in note and "2 h" in note for note in notes)
    assert journal.finished


async def test_not_confirmed_changes_nothing(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = wired(monkeypatch, Machines(a_cp1=ADA, b_cp1=None, c_cp1=None))
    with pytest.raises(RefusedError, match="not confirmed"):
        await unlock(session, lambda _: False)
    assert machines.broken == []
    assert list_runs(session.state) == ()


async def test_one_that_seems_to_be_alive_is_shouted(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = wired(monkeypatch, Machines(a_cp1=ADA, b_cp1=None, c_cp1=None))
    machines.silent = 12.0
    (line,) = await unlock(session, lambda _: True)
    assert line.endswith("last sign of life 12 s ago; THAT RUN SEEMS TO BE ALIVE")


async def test_a_process_of_this_computer_that_is_dead_is_said_to_be(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short ago it gave a sign of life."""
    dead = msgspec.structs.replace(ME, pid=(1 << 22) + 1, born=1)
    machines = wired(monkeypatch, Machines(a_cp1=dead, b_cp1=None, c_cp1=None))
    machines.silent = 12.0
    (line,) = await unlock(session, lambda _: True)
    assert line.endswith("last sign of life 12 s ago; that process, of this computer, is dead")


async def test_a_living_process_of_this_computer_is_interrupted_not_robbed(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    machines = wired(monkeypatch, Machines(a_cp1=ME, b_cp1=None, c_cp1=None))
    with pytest.raises(RefusedError, match="alive on this computer") as caught:
        await unlock(session, lambda _: True)
    assert f"kill -INT {ME.pid}" in caught.value.hint
    assert machines.broken == []


async def test_no_lock_anywhere(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wired(monkeypatch, Machines(a_cp1=None, b_cp1=None, c_cp1=None))
    assert await unlock(session, lambda _: pytest.fail("asked")) == ()


async def test_a_machine_that_cannot_be_asked_is_not_free(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    machines = wired(monkeypatch, Machines(a_cp1=None, b_cp1=no_route("b-cp1"), c_cp1=None))
    with pytest.raises(UndecidedError, match="b-cp1 could not be asked"):
        await unlock(session, lambda _: True)
    machines.held["c-cp1"] = ADA
    assert len(await unlock(session, lambda _: True)) == 1


@pytest.fixture
def with_api(session: Session) -> Session:
    session.state.write("pki/cluster/ca.crt", Secret(b"x"))
    return session


async def test_the_lease_is_shown_and_left_without_a_holder(with_api: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wired(monkeypatch, Machines(a_cp1=None, b_cp1=None, c_cp1=None))
    puts: list[str] = []

    def answer(method: str, path: str) -> tuple[int, Any]:
        if method == "PUT":
            puts.append(path)
        return 200, lease(None if puts else "ada@laptop pid 7 run r2")

    with_api.answer = answer
    (line,) = await unlock(with_api, lambda _: True)
    assert line.startswith(f"lease in the cluster: {ADA}, since 2026-11-22T23:00:00")
    assert len(puts) == 1
    assert await unlock(with_api, lambda _: pytest.fail("asked")) == ()


async def test_a_lease_that_cannot_be_read_is_not_free(with_api: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    wired(monkeypatch, Machines(a_cp1=None, b_cp1=None, c_cp1=None))
    with pytest.raises(UndecidedError, match="lease in the cluster could not be read"):
        await unlock(with_api, lambda _: True)


def test_the_age_of_a_lease_is_told_by_the_servers_clock() -> None:
    written = msgspec.convert("2026-11-23T00:00:00Z", type=flow.datetime)
    now = msgspec.convert("2026-11-23T00:00:20Z", type=flow.datetime)
    assert flow._since(written, now) == 20.0
    assert flow._since(now, written) == 0.0
    assert flow._since(None, now) is None
