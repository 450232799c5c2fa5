"""storm heal: what a run left that was killed is found in its history and undone, once."""

from contextlib import asynccontextmanager

import pytest
from tests.unit.flows.world import FakeSession

from seakeep.core.errors import Exit
from seakeep.experiments import schedule
from seakeep.experiments.base import Prediction
from seakeep.experiments.schedule import Planned, Schedule
from seakeep.flows.storm.heal import heal
from seakeep.flows.storm.perform import PowerCommands
from seakeep.flows.storm.record import HISTORY, SCHEDULE, Recorder, read_history, unhealed
from seakeep.state.runs import Run, new_run
from seakeep.transport.api import ApiError
from seakeep.transport.base import Host, Result
from seakeep.transport.fake import Call, Fail, FakeHost


class Machines(FakeSession):
    """Machines that answer everything, and an API that does not."""

    def __init__(self, folder) -> None:
        super().__init__(folder)
        self.fakes = {m.name: FakeHost(m.name, self.said, clock=self.clock) for m in self.design.machines}
        self.swept = b""

    def said(self, call: Call) -> Result:
        return Result(0, self.swept if "for f in" in call.text and call.host == "b-cp1" else b"", "")

    def host(self, name: str) -> Host:
        return self.fakes[name]

    @asynccontextmanager
    async def api(self, *identities, via=None):
        raise ApiError("no answer", status=0)
        yield {}


@pytest.fixture
def session(tmp_path) -> Machines:
    return Machines(tmp_path)


def killed(session: Machines) -> Run:
    """A run that ended between an injection and its healing."""
    run = new_run(session.state, "storm", session.clock.now())
    promise = Prediction(survives=True, why="w")
    each = Planned(
        number=0, experiment="machine_cut_off", word="x", seconds=5, token="t_0", targets=("b-cp1",), prediction=promise
    )
    plan = Schedule(cluster=session.design.name, suite="", seed=1, started="now", injections=(each,))
    session.state.write(f"runs/{run.id}/{SCHEDULE}", schedule.encode(plan))
    record = Recorder(run.folder / HISTORY, session.clock)
    for what in ("begin", "inject", "injected"):
        record.mark(what, -1 if what == "begin" else 0)
    record.close()
    return run


async def test_what_was_left_is_healed_once(session) -> None:
    run = killed(session)
    session.swept = b"t_0\n"

    report = await heal(session, None, PowerCommands())

    assert ("b-cp1", f"machine_cut_off of {run.id}", True) in [(row.where, row.what, row.healed) for row in report.rows]
    assert "nft delete table inet storm_t_0" in session.fakes["b-cp1"].calls[0].text
    assert unhealed(read_history(run)) == ()
    assert "t_0" in [row.what for row in report.rows], "and every machine is swept"
    assert {len(host.calls) for name, host in session.fakes.items() if name != "b-cp1"} == {1}

    again = await heal(session, None, PowerCommands())
    assert f"machine_cut_off of {run.id}" not in [row.what for row in again.rows]


async def test_a_machine_that_does_not_answer_is_said_and_stays_to_be_healed(session) -> None:
    run = killed(session)
    for _ in range(200):
        session.fakes["b-cp1"].fail_when(lambda _: True, Fail("no route"))

    report = await heal(session, run.id, PowerCommands())

    assert report.exit_code is Exit.PARTIAL
    assert any(not row.healed and "no route" in row.reason for row in report.rows)
    assert unhealed(read_history(run)) == (0,)
