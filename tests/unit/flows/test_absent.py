"""Machines that do not answer: named in a plan, gone on without only on purpose and only where the others carry it."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.checks.test_preflight import fleet, world
from tests.unit.phases.world import World

from seakeep.core.errors import MachineError, RefusedError, UsageError
from seakeep.core.progress import Silent
from seakeep.engine.plan import Unknown
from seakeep.engine.stage import Stage
from seakeep.flows import absent, gates, planning
from seakeep.flows.plan import plan
from seakeep.flows.view import View, observe
from seakeep.phases import record
from seakeep.phases.registry import PHASES
from seakeep.state import pki, roster

from .test_observe import say
from .world import FakeSession, no_api


def living(tmp_path: Path, down: set[str]) -> FakeSession:
    """A finished cluster of which these machines do not answer."""
    session = FakeSession(tmp_path)
    converged, bare = World.converged(), world()
    for name, box in converged.boxes.items():
        box.more = bare.boxes[name].more
    session.raw = {name: raw for name, raw in say(converged).items() if name not in down}
    for name in pki.lost(session.state, session.design):
        session.state.write(name, b"x")
    session.answer = no_api
    return session


def view_of(session: FakeSession, down: set[str]) -> View:
    roster.finish(session.state, None, session.design)
    session.known = roster.read(session.state)
    unreachable = {name: MachineError("no route to host", host=name) for name in down}
    return View(facts={}, unreachable=unreachable, findings=[], objects=None)


@pytest.mark.parametrize("phase", [each for each in PHASES if each is not record], ids=lambda phase: phase.PHASE.id)
def test_nothing_is_planned_for_a_machine_without_facts_and_everything_for_the_others(phase: object) -> None:
    made = World()
    context = made.context()
    less = replace(context, facts={name: facts for name, facts in context.facts.items() if name != "b-worker1"})
    steps = list(phase.plan(less))  # type: ignore[attr-defined]
    assert steps == [step for step in phase.plan(context) if step.change.host != "b-worker1"]  # type: ignore[attr-defined]


async def test_a_plan_names_who_did_not_answer_and_says_what_is_known_of_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = FakeSession(tmp_path)
    session.raw = say(world())
    del session.raw["c-etcd1"]
    made = await plan(session)
    assert [each.machine for each in made.unknown] == ["c-etcd1"]
    assert made.unknown[0].cause
    hosts = {change.host for change in made.changes}
    assert "c-etcd1" not in hosts
    assert {"a-etcd1", "a-cp1", "b-worker1"} <= hosts


async def test_other_findings_still_refuse_a_plan(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    made = world()
    made.boxes["a-cp1"].system["os_id"] = "plan9"
    session.raw = say(made)
    del session.raw["c-etcd1"]
    with pytest.raises(RefusedError) as caught:
        await plan(session)
    assert "a-cp1" in caught.value.message
    assert "c-etcd1" not in caught.value.message


def test_apply_is_refused_for_machines_that_were_not_named(tmp_path: Path) -> None:
    made = world()
    session = FakeSession(tmp_path)
    findings = planning.preflight(absent_fleet(made, {"a-etcd1", "b-etcd1"}), session.design.waivers, "2026-11-25")
    with pytest.raises(RefusedError) as caught:
        planning.refuse(findings, absent={"a-etcd1"})
    assert "b-etcd1: machine answers over SSH" in caught.value.message
    assert "--without" in caught.value.message
    assert "a-etcd1" not in caught.value.message
    planning.refuse(findings, absent={"a-etcd1", "b-etcd1"})


def absent_fleet(made: World, down: set[str]) -> object:
    whole = fleet(made)
    facts = {name: found for name, found in whole.facts.items() if name not in down}
    unreachable = {name: MachineError("no route to host", host=name) for name in down}
    return replace(whole, facts=facts, fresh=whole.fresh - down, unreachable=unreachable)


def test_only_machines_of_the_file_can_be_left_out(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    with pytest.raises(UsageError, match="no machine 'b-worker9'") as caught:
        session.leave_out(("a-cp1", "b-worker9"))
    assert "b-worker1" in caught.value.hint
    session.leave_out(("a-cp1",))
    assert [machine.name for machine in session.entrances()] == ["b-cp1", "c-cp1", "a-lb1", "b-lb1"]


@pytest.mark.parametrize(
    ("down", "named", "why"),
    [
        ({"b-worker1"}, {"b-worker1"}, None),
        ({"a-etcd1", "b-etcd1"}, {"a-etcd1", "b-etcd1"}, None),
        ({"a-cp1", "b-cp1"}, {"a-cp1", "b-cp1"}, None),
        ({"b-worker1"}, {"b-worker1", "a-cp1"}, "a-cp1 can be read"),
        ({"a-etcd1", "b-etcd1", "c-etcd1"}, {"a-etcd1", "b-etcd1", "c-etcd1"}, "2 of 5 members left and needs 3"),
        ({"a-cp1", "b-cp1", "c-cp1"}, {"a-cp1", "b-cp1", "c-cp1"}, "no API server is left"),
        ({"a-lb1", "b-lb1"}, {"a-lb1", "b-lb1"}, "no load balancer is left"),
    ],
)
def test_what_is_left_has_to_carry_the_cluster(
    tmp_path: Path, down: set[str], named: set[str], why: str | None
) -> None:
    session = FakeSession(tmp_path)
    view = view_of(session, down)
    session.leave_out(named)
    if why is None:
        absent.refuse_wrong(session, view)
        return
    with pytest.raises(RefusedError, match=why):
        absent.refuse_wrong(session, view)


def test_a_cluster_that_was_never_whole_is_not_made_without_a_machine(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    view = view_of(session, {"b-worker1"})
    session.known = None
    session.leave_out(("b-worker1",))
    with pytest.raises(RefusedError, match="never been seen whole"):
        absent.refuse_wrong(session, view)


def test_going_on_without_a_machine_is_said(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    said: list[str] = []

    class Heard(Silent):
        def note(self, text: str) -> None:
            said.append(text)

    session.progress = Heard()
    view = view_of(session, {"b-worker1"})
    session.leave_out(("b-worker1",))
    absent.refuse_wrong(session, view)
    assert said == ["going on without b-worker1: no route to host"]


@pytest.mark.parametrize(
    ("down", "refused"),
    [
        ((), None),
        (("a-etcd1",), None),
        (("a-etcd1", "b-etcd1"), "nothing of etcd may be restarted on a-etcd2: 2 of 5 would be left, 3 are needed"),
        (("a-cp1", "b-cp1"), "nothing of kube-apiserver may be restarted on c-cp1: 0 of 3 would be left, 1 are needed"),
        (("a-lb1",), "nothing of load-balancer may be restarted on b-lb1: 0 of 2 would be left, 1 are needed"),
        (("a-worker1",), None),
    ],
)
def test_a_restart_that_the_absent_ones_do_not_allow_is_refused_before_anything_is_done(
    tmp_path: Path, down: tuple[str, ...], refused: str | None
) -> None:
    session = FakeSession(tmp_path)
    session.leave_out(down)
    made = World.converged()
    for box in made.boxes.values():
        box.units = {name: replace(unit, stamp="f" * 64) for name, unit in box.units.items() if unit.stamp}
    context = made.context()
    context = replace(context, facts={name: f for name, f in context.facts.items() if name not in down})
    stages = planning.stages(context)
    assert sum(step.serial is not None for stage in stages for step in stage.steps) > 5
    if refused is None:
        absent.refuse_unbearable(session, stages)
        return
    with pytest.raises(RefusedError, match=refused):
        absent.refuse_unbearable(session, stages)


def test_without_a_restart_nothing_is_refused(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.leave_out(("a-etcd1", "b-etcd1"))
    absent.refuse_unbearable(session, [Stage("x", "X", ())])


async def test_health_is_not_asked_of_those_that_are_left_out(tmp_path: Path) -> None:
    session = living(tmp_path, {"a-etcd1"})
    session.leave_out(("a-etcd1",))
    group, role, fact, judge, _ = gates.GROUPS[0]
    assert group == "etcd"
    said = await gates.all_healthy(session, role, fact, judge)
    assert said is not None
    assert "a-etcd1" not in said
    assert all("a-etcd1" not in hosts for _, hosts in session.asked)


def test_objects_that_could_not_be_read_are_unknown_and_all_applied(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    view = replace(view_of(session, set()), api_error="connection refused")
    made = view.plan(session)
    assert made.unknown == (Unknown("cluster", "connection refused"),)
    whys = {change.why for change in made.changes if change.host == "cluster"}
    assert whys == {"the API could not be read: it is applied, whether it differs or not"}


def test_a_cluster_that_was_never_whole_has_no_api_to_be_unknown(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    view = View(facts={}, unreachable={}, findings=[], objects=None, api_error="connection refused")
    assert view.plan(session).unknown == ()


async def test_why_the_api_could_not_be_read_is_kept(tmp_path: Path) -> None:
    view = await observe(living(tmp_path, set()))
    assert view.objects is None
    assert "connection refused" in view.api_error


def test_an_unknown_machine_is_data(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    made = view_of(session, {"c-cp1", "a-lb1"}).plan(session)
    assert made.unknown == (Unknown("a-lb1", "no route to host"), Unknown("c-cp1", "no route to host"))
