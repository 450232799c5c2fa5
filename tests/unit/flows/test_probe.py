"""The probe's requests and the machines that carry them."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.flows.world import FakeApi, FakeSession, no_api

from seakeep.core.errors import UndecidedError
from seakeep.core.secret import Secret
from seakeep.engine.probe import Kind, Outcome
from seakeep.flows.probe import CONNECTIONS, _Way, _Ways, _Work, candidates
from seakeep.flows.probe_account import prepare
from seakeep.transport.api import ApiError
from seakeep.transport.fake import Fail, FakeHost

READ, WRITE = Kind("read", "fresh"), Kind("write", "fresh")
Answer = Callable[[str, str], tuple[int, Any]]


def stored(version: int) -> tuple[int, Any]:
    return 200, {"metadata": {"name": "fresh", "resourceVersion": str(version)}}


class FakeWays(_Ways):
    """Ways over machines in memory. `down` are names that do not answer."""

    def __init__(self, session: FakeSession, answer: Answer) -> None:
        super().__init__(session, candidates(session.design), Secret(b"t"))
        self.answer = answer
        self.down: set[str] = set()

    async def _open(self, machine: Any) -> _Way | None:
        if machine.name in self.down:
            return None
        host = FakeHost(machine.name)
        host.fail_when(lambda _: machine.name in self.down, Fail())
        return _Way(host, {name: FakeApi(self.answer) for name in ("fresh", "kept")}, AsyncExitStack())


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    return FakeSession(tmp_path)


def test_machines_that_an_apply_leaves_alone_carry_the_probe(session: FakeSession) -> None:
    names = [machine.name for machine in candidates(session.design)]
    assert names[:4] == ["a-worker1", "b-worker1", "a-etcd1", "b-etcd1"]
    assert len(names) == 12
    avoiding = [machine.name for machine in candidates(session.design, {"a-worker1", "b-etcd1"})]
    assert avoiding[:3] == ["b-worker1", "a-etcd1", "b-etcd2"]
    assert avoiding[-2:] == ["a-worker1", "b-etcd1"]


async def test_two_sites_carry_in_turn(session: FakeSession) -> None:
    async with FakeWays(session, lambda *_: stored(1)) as ways:
        assert [ways.pick(n).host.name for n in range(3)] == ["a-worker1", "b-worker1", "a-worker1"]  # type: ignore[union-attr]
        assert ways.used == ["a-worker1", "b-worker1"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (stored(5), Outcome.OK),
        ((429, {"message": "too many"}), Outcome.REFUSED),
        ((503, {"message": "shutting down"}), Outcome.REFUSED),
        ((403, {"message": "forbidden"}), Outcome.REFUSED),
        ((500, {"message": "etcdserver: request timed out"}), Outcome.AMBIGUOUS),
        ((504, {"message": "timeout"}), Outcome.AMBIGUOUS),
    ],
)
@pytest.mark.parametrize("kind", [READ, WRITE])
async def test_outcomes(session: FakeSession, kind: Kind, answer: tuple[int, Any], outcome: Outcome) -> None:
    async with FakeWays(session, lambda *_: answer) as ways:
        found = await _Work(ways, "ns").request(kind)(0)
    assert found.outcome is outcome
    assert bool(found.why) is (outcome is not Outcome.OK)


@pytest.mark.parametrize(("sent", "outcome"), [(False, Outcome.REFUSED), (True, Outcome.AMBIGUOUS)])
async def test_no_answer_from_a_living_way_is_the_apis(session: FakeSession, sent: bool, outcome: Outcome) -> None:
    def cut(method: str, path: str) -> tuple[int, Any]:
        raise ApiError("cut", status=0, sent=sent)

    async with FakeWays(session, cut) as ways:
        assert (await _Work(ways, "ns").request(WRITE)(0)).outcome is outcome
        assert len(ways.used) == 2


async def test_a_way_that_broke_is_replaced_and_its_request_was_not_seen(session: FakeSession) -> None:
    """The machine was restarted: that says nothing about the API."""
    api_down = True

    def answer(method: str, path: str) -> tuple[int, Any]:
        return no_api(method, path) if api_down else stored(7)

    async with FakeWays(session, answer) as ways:
        request = _Work(ways, "ns").request(READ)
        ways.down = {"a-worker1"}
        found = await request(0)
        assert found.outcome is Outcome.UNSEEN
        assert "a-worker1" in found.why
        assert ways._replacing is not None
        await ways._replacing
        assert ways.used == ["a-worker1", "b-worker1", "a-etcd1"]
        api_down = False
        assert [(await request(n)).outcome for n in range(4)] == [Outcome.OK] * 4


async def test_a_read_that_goes_back_in_time_is_noticed(session: FakeSession) -> None:
    version = 10
    async with FakeWays(session, lambda *_: stored(version)) as ways:
        work = _Work(ways, "ns")
        await work.request(WRITE)(0)
        await work.request(READ)(0)
        assert ways.backwards == 0
        version = 9
        await work.request(READ)(1)
        assert ways.backwards == 1


async def test_no_way_at_all_is_no_answer(session: FakeSession) -> None:
    ways = FakeWays(session, lambda *_: stored(1))
    ways.down = {machine.name for machine in session.design.machines}
    with pytest.raises(UndecidedError, match="not probed"):
        await ways.__aenter__()


async def test_the_account_may_read_and_write_its_two_objects_only() -> None:
    bodies: list[tuple[str, bytes | None]] = []

    class Api(FakeApi):
        async def raw(
            self, path: str, *, method: str = "GET", body: bytes | None = None, **_: Any
        ) -> tuple[int, bytes]:
            bodies.append((path, body))
            return 201, msgspec.json.encode({"status": {"token": "jwt"}})

    assert (await prepare(Api(no_api), "seakeep-probe-apply-1", "apply", CONNECTIONS)).reveal() == b"jwt"
    role = next(msgspec.json.decode(body) for path, body in bodies if "/roles/" in path and body)
    assert role["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["configmaps"],
            "resourceNames": ["fresh", "kept"],
            "verbs": ["get", "update"],
        }
    ]
    assert not [path for path, _ in bodies if "clusterrole" in path]
