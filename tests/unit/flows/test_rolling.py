"""In which order machines are taken, and when the API is probed meanwhile."""

import contextlib
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.unit.engine.sim import FakeClock
from tests.unit.flows.world import FakeSession

from seakeep.core.change import Change, Risk
from seakeep.core.errors import RunError, UndecidedError
from seakeep.engine.journal import Journal, Note
from seakeep.engine.model import Step, UnitDo, UnitVerb
from seakeep.engine.probe import Answer, Kind, Outcome, Sampler, summary
from seakeep.engine.stage import Stage
from seakeep.flows import rolling
from seakeep.state.runs import new_run


@pytest.fixture
def session(tmp_path: Path) -> FakeSession:
    return FakeSession(tmp_path)


def restart(host: str, unit: str, risk: Risk = Risk.RESTART, serial: str | None = None) -> Step:
    verb = UnitVerb.RELOAD if risk is Risk.RELOAD else UnitVerb.RESTART
    change = Change(id=f"{host}/x/{unit}", host=host, phase="x", what=f"restart {unit}", why="differs", risk=risk)
    return Step(change=change, action=UnitDo(f"{unit}.service", verb), serial=serial)


def stage(*steps: Step) -> Stage:
    return Stage("machines", "Machines", steps)


@pytest.mark.parametrize(
    ("step", "disturbs"),
    [
        (restart("a-etcd1", "etcd", Risk.QUORUM, "etcd"), True),
        (restart("a-lb1", "seakeep-haproxy", Risk.RELOAD), True),
        (restart("b-cp1", "kubelet"), True),
        (restart("a-worker1", "kubelet"), False),
        (restart("a-etcd1", "etcd", Risk.NONE), False),
    ],
    ids=["etcd", "reload", "kubelet beside an API server", "worker", "first start"],
)
def test_what_is_probed(session: FakeSession, step: Step, disturbs: bool) -> None:
    assert rolling.disturbs(stage(step), session.design) is disturbs


def member(own: int, leader: int) -> bytes:
    status = {"Status": {"header": {"member_id": own, "revision": 5}, "version": "3.6.0", "leader": leader}}
    return (
        msgspec.json.encode([status])
        + b"\n"
        + msgspec.json.encode({"members": []})
        + b"\n"
        + b'{"linearizable":true}\n'
    )


async def test_the_leader_and_the_holder_of_the_vip_come_last(session: FakeSession) -> None:
    session.raw = {
        "a-etcd1": {"etcd": member(1, 1)},
        "a-etcd2": {"etcd": member(2, 1)},
        "b-etcd1": {"etcd": member(3, 1)},
        "a-lb1": {"vip": b"holds\n200\nvrrp MASTER\n"},
        "b-lb1": {"vip": b"200\nvrrp BACKUP\n"},
        "a-cp1": {"apiserver": b"200"},
    }
    names = ("a-etcd1", "a-etcd2", "b-etcd1", "a-lb1", "b-lb1", "a-cp1")
    steps = [step for name in names for step in (restart(name, "one", serial="g"), restart(name, "two", serial="g"))]
    ordered = await rolling.in_order(session, stage(*steps))
    assert [part.host for part in ordered.parts()] == ["a-etcd2", "b-etcd1", "b-lb1", "a-cp1", "a-etcd1", "a-lb1"]
    assert all([step.change.what for step in part.steps] == ["restart one", "restart two"] for part in ordered.parts())


async def test_who_does_not_serve_comes_first(session: FakeSession) -> None:
    """A run that was killed may have left it down, and with the next one two would be."""
    session.raw = {
        "a-etcd1": {"etcd": member(1, 1)},
        "a-etcd2": {"etcd": member(2, 1)},
        "b-etcd1": {"etcd": b""},
        "a-cp1": {"apiserver": b"200"},
        "b-cp1": {"apiserver": b"000"},
        "b-lb1": {"vip": b"503\nvrrp BACKUP\n"},
    }
    names = ("a-etcd1", "a-etcd2", "b-etcd1", "a-cp1", "b-cp1", "b-lb1", "a-worker1")
    ordered = await rolling.in_order(session, stage(*(restart(name, "one", serial="g") for name in names)))
    found = [part.host for part in ordered.parts()]
    assert found == ["b-etcd1", "b-cp1", "b-lb1", "a-etcd2", "a-cp1", "a-worker1", "a-etcd1"]


async def test_a_single_restart_reads_nothing_first(session: FakeSession) -> None:
    only = stage(restart("a-etcd1", "etcd", serial="etcd"))
    assert await rolling.in_order(session, only) is only
    assert session.asked == []


class _Probe:
    def __init__(self, sampler: Sampler) -> None:
        self.sampler = sampler

    def summary(self) -> Any:
        return summary(self.sampler, endpoint="10.77.0.100:6443")


@pytest.fixture
def probed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    purposes: list[str] = []

    async def ok(_: int) -> Answer:
        return Answer(Outcome.OK)

    @asynccontextmanager
    async def probing(session: Any, admin: Any, *, purpose: str) -> Any:
        purposes.append(purpose)
        async with Sampler({Kind("read", "fresh"): ok}, clock=FakeClock()) as sampler:
            yield _Probe(sampler)

    monkeypatch.setattr(rolling, "probing", probing)
    return purposes


async def watched(session: FakeSession, *, on: bool, fail: bool = False) -> tuple[rolling.Watched, Path]:
    run = new_run(session.state, "apply", session.clock.now())
    journal_of = Journal(run.journal, clock=session.clock)
    journal_of.run_start(run=run.id, by="me", command="apply", planned=[])
    failing = pytest.raises(RunError) if fail else contextlib.nullcontext()
    with journal_of as journal, failing:
        async with rolling.watched(session, run, journal, on=on, purpose="apply") as seen:
            if fail:
                raise RunError("a member did not come back")
    return seen, run.folder


async def test_the_numbers_are_in_the_journal_and_the_runs_folder(session: FakeSession, probed: list[str]) -> None:
    for fail in (False, True):
        seen, folder = await watched(session, on=True, fail=fail)
        assert seen.summary is not None
        notes = [r.text for r in Journal.read(folder / "journal.jsonl").records if isinstance(r, Note)]
        assert notes == [f"probe: {seen.summary.sentence()}"]
        assert msgspec.json.decode((folder / "probe.json").read_bytes())["failed"] == 0


async def test_nothing_is_probed_where_nothing_is_restarted(session: FakeSession, probed: list[str]) -> None:
    seen, folder = await watched(session, on=False)
    assert (seen.summary, probed) == (None, [])
    assert not (folder / "probe.json").exists()


async def test_an_api_that_cannot_be_probed_does_not_hold_the_change_up(session: FakeSession) -> None:
    session.no_way = UndecidedError("no machine reaches the API")
    seen, _ = await watched(session, on=True)
    assert seen.summary is None
