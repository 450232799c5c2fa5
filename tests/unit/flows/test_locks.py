"""The lock on the machines, and that reset holds it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.engine.sim import FakeClock, FolderHost
from tests.unit.flows.world import FakeSession

from seakeep.core.errors import MachineError, RefusedError
from seakeep.engine import lock as engine
from seakeep.engine.lock import Owner, read_lock
from seakeep.flows import reset as flow
from seakeep.flows.locks import machine_lock
from seakeep.flows.reset import reset

ME = Owner.me(run="r1", command="apply", clock=FakeClock())
ADA = msgspec.structs.replace(ME, user="ada", host="laptop", computer="elsewhere", run="r2", pid=7)


class Session(FakeSession):
    """Control-plane machines that are folders; those in `down` do not answer."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(folder)
        self.hosts = {name: FolderHost(name, folder) for name in ("a-cp1", "b-cp1", "c-cp1")}
        self.down: set[str] = set()
        ask = engine._ask

        async def asked(host: Any, script: str, what: str, root: str) -> str:
            if host.name in self.down:
                raise MachineError("no route", host=host.name)
            return await ask(host, script, what, str(host.root))

        monkeypatch.setattr(engine, "_ask", asked)

    def host(self, name: str) -> Any:
        return self.hosts[name]


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

    async def clean(session: Session, run: Any, *, keep_etcd: bool) -> tuple[str, ...]:
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
