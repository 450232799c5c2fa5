"""One injection, from aiming to recovery: healed whatever happens in between."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from tests.unit.flows.storm.test_guards import status as status_report
from tests.unit.flows.world import FakeSession

from seakeep.core.clock import SystemClock
from seakeep.core.errors import RefusedError
from seakeep.core.verdict import Verdict
from seakeep.experiments.base import Observed, Radius
from seakeep.experiments.history import Mark
from seakeep.experiments.suites import Item
from seakeep.flows.storm import run as storm_run
from seakeep.flows.storm.record import HISTORY, Recorder
from seakeep.flows.storm.run import StormOptions, planned
from seakeep.state.runs import new_run
from seakeep.transport.base import Host
from seakeep.transport.fake import Call, Fail, FakeHost


class Told(Recorder):
    """Says when something is broken."""

    def __init__(self, path, clock) -> None:
        super().__init__(path, clock)
        self.injected = asyncio.Event()

    def mark(self, what: str, number: int = -1, about: str = "") -> None:
        super().mark(what, number, about)
        if what == "injected":
            self.injected.set()


class Machines(FakeSession):
    def __init__(self, folder) -> None:
        super().__init__(folder)
        self.clock = SystemClock()
        self.fakes = {m.name: FakeHost(m.name, clock=self.clock) for m in self.design.machines}

    def host(self, name: str) -> Host:
        return self.fakes[name]

    @asynccontextmanager
    async def api(self, *identities, via=None):
        yield dict.fromkeys(identities)

    def calls(self) -> list[Call]:
        return [call for host in self.fakes.values() for call in host.calls]


@pytest.fixture
def session(tmp_path, monkeypatch) -> Machines:
    """Healthy by `status`; b-etcd1 leads and a-lb1 holds the VIP."""

    async def healthy(session):
        return status_report(Verdict.PASS)

    async def observed(session, admin):
        return Observed(leaders={"etcd": "b-etcd1"}, vip_holder="a-lb1")

    monkeypatch.setattr(storm_run, "status", healthy)
    monkeypatch.setattr(storm_run.leaders, "observe", observed)
    return Machines(tmp_path)


def storm(session: Machines, *items: Item, **options) -> storm_run._Storm:
    made = storm_run._Storm(
        session,
        StormOptions(suite="", items=items, seed=1, **options),
        new_run(session.state, "storm", session.clock.now()),
    )
    made.recorder = Told(made.run.folder / HISTORY, session.clock)
    return made


def cut(word: str = "site:a", seconds: float = 0.2) -> Item:
    return Item(experiment="machine_cut_off", word=word, seconds=seconds)


def marks(made: storm_run._Storm) -> list[str]:
    return [line.what for line in made.recorder.lines if isinstance(line, Mark)]


WHOLE = ["steady", "inject", "injected", "heal", "healed", "recovered"]


async def test_all_goes_well(session) -> None:
    made = storm(session, cut())

    assert await made._one(made.schedule.injections[0])

    assert marks(made) == WHOLE
    (aimed,) = made.schedule.injections
    assert set(aimed.targets) == {m.name for m in session.design.machines if m.site == "a"}
    assert aimed.prediction.survives
    assert {call.host for call in session.calls()} == set(aimed.targets)


async def test_a_fault_that_could_not_be_made_whole_is_healed_where_it_was(session) -> None:
    made = storm(session, cut())
    session.fakes["a-cp1"].fail_when(
        lambda call: "nft -f -" in call.text and "systemd-run" not in call.text, Fail("gone")
    )

    assert await made._one(made.schedule.injections[0])

    assert marks(made) == ["steady", "inject", "failed", "heal", "healed", "recovered"]
    healed = {call.host for call in session.calls() if call.what == "heal"}
    assert healed == set(made.schedule.injections[0].targets)


async def test_ctrl_c_cuts_the_fault_short_and_heals(session) -> None:
    made = storm(session, cut(seconds=600))
    task = asyncio.create_task(made._one(made.schedule.injections[0]))
    await made.recorder.injected.wait()
    made.stop.set()

    async with asyncio.timeout(300):
        assert await task

    assert marks(made) == WHOLE


async def test_a_run_that_is_cancelled_heals_first(session) -> None:
    made = storm(session, cut(seconds=600))
    task = asyncio.create_task(made._one(made.schedule.injections[0]))
    await made.recorder.injected.wait()
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task

    assert marks(made) == ["steady", "inject", "injected", "heal", "healed"]


async def test_nothing_more_is_broken_after_what_could_not_be_healed(session, monkeypatch) -> None:
    monkeypatch.setattr(storm_run.Performer, "heal", _never)
    made = storm(session, cut())

    assert not await made._one(made.schedule.injections[0])

    assert marks(made)[-2:] == ["heal", "failed"]


async def _never(self, actions, token, *, limit=0.0) -> None:
    raise storm_run.RunError("no route to a-cp1")


async def test_more_than_the_radius_is_refused_before_anything_is_done(session) -> None:
    alone = storm(session, cut("a-lb1+b-lb1"))
    with pytest.raises(RefusedError, match="would hit a cluster"):
        await alone._one(alone.schedule.injections[0])
    assert session.calls() == []

    among_others = storm(session, cut("a-lb1+b-lb1"), cut())
    assert await among_others._one(among_others.schedule.injections[0]), "the others go on"
    assert marks(among_others) == ["failed"]
    assert among_others.schedule.injections[0].prediction.survives is False, "and what was promised is kept"

    allowed = storm(session, cut("a-lb1+b-lb1"), radius=Radius.CLUSTER)
    assert await allowed._one(allowed.schedule.injections[0])


async def test_recovery_is_not_claimed_while_anything_is_worse_than_before(session, monkeypatch) -> None:
    async def sick(session):
        return status_report(Verdict.FAIL)

    monkeypatch.setattr(storm_run, "status", sick)
    monkeypatch.setattr(storm_run, "RECOVERY_LIMIT", 0.05)
    made = storm(session, cut())
    assert not await made._one(made.schedule.injections[0])
    assert marks(made)[-1] == "failed"

    known = storm(session, cut())
    known.known = {("dns", "coredns"): "1 of 2 replicas"}
    assert await known._one(known.schedule.injections[0]), "what was wrong before is not held against healing"


def test_tokens_differ_between_runs_and_injections(session) -> None:
    runs = [new_run(session.state, "storm", session.clock.now()) for _ in range(2)]

    tokens = [each.token for run in runs for each in planned((cut(), cut()), run)]

    assert len(set(tokens)) == 4
