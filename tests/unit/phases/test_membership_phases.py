"""What is planned when machines come to, or leave, a living cluster, and in which order."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.flows.etcdsim import SimEtcd

from seakeep.artifacts import etcd as etcd_artifact
from seakeep.core.change import Risk
from seakeep.core.errors import RefusedError
from seakeep.core.json import JsonObject
from seakeep.design.complete import complete
from seakeep.design.known import Replacing, finished, including
from seakeep.design.model import Role
from seakeep.engine.model import PutFile, Script, UnitDo, UnitVerb
from seakeep.engine.stage import Stage
from seakeep.facts import units
from seakeep.facts.etcd import Member, Membership
from seakeep.facts.members import membership_of
from seakeep.flows.planning import stages
from seakeep.flows.reset import script
from seakeep.phases import etcd as etcd_phase
from seakeep.phases.base import Departure, ObjectKey, PlanContext
from seakeep.spec.load import parse

from .world import EXAMPLES, World, design_of

TEXT = (EXAMPLES / "three-sites.yaml").read_text()
READY: JsonObject = {
    "metadata": {"uid": "u7"},
    "status": {"conditions": [{"type": "Ready", "status": "True"}]},
}


def living(
    *edits: tuple[str, str],
    etcd: SimEtcd | None = None,
    away: tuple[str, ...] = (),
    bare: tuple[str, ...] = (),
    replacing: Replacing | None = None,
    api: bool = True,
) -> PlanContext:
    """The converged cluster with another file. `away` do not answer; `bare` have nothing on them."""
    before = design_of()
    known = finished(None, before)
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    design = complete(parse(text.encode(), Path("cluster.yaml")), known)
    etcd = etcd or SimEtcd.of(before)
    world, empty = World.converged(), World()
    boxes = {m.name: world.boxes.get(m.name) for m in design.machines}
    objects: dict[ObjectKey, JsonObject] = dict(world.objects or {})
    for name in bare:
        boxes[name] = empty.boxes[name]
    for machine in design.machines:
        box = boxes[machine.name] or replace(empty.boxes["a-etcd1"], machine=machine)
        box.more = {**box.more, **etcd.facts(machine)}
        boxes[machine.name] = box
    names = {machine.name for machine in design.machines}
    gone = [machine for machine in before.machines if machine.name not in names]
    for machine in gone:
        world.boxes[machine.name].more |= etcd.facts(machine)
        if machine.is_node:
            objects["v1", "Node", "", machine.name] = READY
    facts = {name: box.facts() for name, box in boxes.items() if box is not None and name not in away}
    leaving = {m.name: world.boxes[m.name].facts() for m in gone if m.name not in away}
    wide = including(design, gone)
    world.design = design
    context = World.context(world) if not edits else replace(world_context(world, boxes), design=design)
    return replace(
        context,
        design=design,
        facts=facts,
        objects=objects if api else None,
        known=known,
        membership=membership_of({**facts, **leaving}),
        replacing=replacing,
        departures=tuple(
            Departure(
                machine=machine,
                facts=leaving.get(machine.name),
                error="" if machine.name in leaving else "no route to host",
                script=script(wide, machine, keep_etcd=False),
                keys=(f"pki/etcd/server-{machine.name}.crt",),
            )
            for machine in gone
        ),
    )


def world_context(world: World, boxes: object) -> PlanContext:
    world.boxes = {name: box for name, box in boxes.items() if box is not None}  # type: ignore[attr-defined]
    return world.context()


def ids(made: tuple[Stage, ...], *phases: str) -> list[str]:
    return [step.change.id for stage in made for step in stage.steps if step.change.phase in phases]


COMING = ("release_vip", "members_out", "members_in", "drain", "clean", "forget")
RENAME = ("name: a-etcd1, address: 10.77.1.11", "name: a-etcd3, address: 10.77.1.13")


def line(name: str) -> tuple[str, str]:
    """Taking a machine out of the file."""
    (found,) = [each for each in TEXT.splitlines(keepends=True) if f"name: {name}," in each]
    return found, ""


def test_nothing_comes_and_nothing_goes() -> None:
    assert ids(stages(living()), *COMING) == []


def test_a_worker_is_drained_deleted_cleaned_and_forgotten_in_this_order() -> None:
    made = stages(living(line("b-worker1")))
    assert ids(made, *COMING) == [
        "cluster/drain/drain:b-worker1",
        "cluster/drain/node:b-worker1",
        "b-worker1/clean/machine",
        "operator/forget/b-worker1",
    ]
    assert [stage.id for stage in made if stage.steps][-4:] == ["drain", "clean", "forget", "record"]
    clean = next(step for stage in made for step in stage.steps if step.change.phase == "clean")
    assert (clean.change.risk, clean.change.reversible) == (Risk.DISRUPTIVE, False)
    assert isinstance(clean.action, Script)


def test_a_worker_that_does_not_answer_is_not_cleaned_and_one_whose_kubelet_is_gone_not_drained() -> None:
    context = living(line("b-worker1"), away=("b-worker1",))
    assert ids(stages(context), *COMING) == [
        "cluster/drain/drain:b-worker1",
        "cluster/drain/node:b-worker1",
        "operator/forget/b-worker1",
    ]
    key = ("v1", "Node", "", "b-worker1")
    dead = {"metadata": {"uid": "u7"}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}
    context = replace(context, objects={**(context.objects or {}), key: dead})
    assert ids(stages(context), "drain") == ["cluster/drain/node:b-worker1"]


def test_without_an_api_no_node_is_taken_out() -> None:
    with pytest.raises(RefusedError, match="b-worker1 is not in the file any more, and the API does not answer"):
        stages(living(line("b-worker1"), api=False))


def test_a_load_balancer_gives_the_vip_away_before_the_others_forget_it() -> None:
    made = stages(living(line("a-lb1")))
    order = [step.change.id for stage in made for step in stage.steps]
    assert order[0] == "cluster/release_vip/a-lb1"
    assert order.index("cluster/release_vip/a-lb1") < order.index(
        "b-lb1/load_balancer/file:/etc/seakeep/lb/keepalived.conf"
    )
    silent = ids(stages(living(line("a-lb1"), away=("a-lb1",))), *COMING)
    assert silent == ["cluster/release_vip/a-lb1", "operator/forget/a-lb1"]


def test_a_control_plane_leaves_the_load_balancers_before_its_machine_is_cleaned() -> None:
    made = stages(living(line("a-cp1")))
    order = [step.change.id for stage in made for step in stage.steps]
    assert "cluster/members_out/a0" not in order
    assert order.index("a-lb1/load_balancer/file:/etc/seakeep/lb/haproxy.cfg") < order.index("a-cp1/clean/machine")


def test_another_member_is_ready_before_it_is_added_and_a_member_before_api_servers_hear_of_it() -> None:
    made = stages(living(RENAME))
    order = [step.change.id for stage in made for step in stage.steps]
    place = order.index
    assert place("cluster/members_out/a0") < place("a-etcd3/etcd/unit:etcd")
    assert place("a-etcd3/etcd/unit:etcd") < place("cluster/members_in/add:a-etcd3")
    assert place("cluster/members_in/add:a-etcd3") < place("cluster/members_in/promote:a-etcd3")
    assert place("cluster/members_in/promote:a-etcd3") < place("a-cp1/control_plane/unit:kube-apiserver")
    assert order.count("a-etcd3/etcd/unit:etcd") == 1
    # Members that stay are not even reloaded: who the others are is none of their configuration.
    assert not [each for each in order if each.startswith(("a-etcd2", "b-etcd", "c-etcd1"))]
    # It is told whom to join when it is added, not how to found a cluster.
    assert not [
        step
        for stage in made
        for step in stage.steps
        if isinstance(step.action, PutFile) and step.action.file.path.endswith("bootstrap.yaml")
    ]
    start = next(step for stage in made for step in stage.steps if step.change.id == "a-etcd3/etcd/unit:etcd")
    assert isinstance(start.action, UnitDo)
    assert (start.action.verb, start.serial) == (UnitVerb.START, None)


def test_a_member_that_the_others_founded_the_cluster_without_founds_it_too() -> None:
    """They have the quorum, and count it among them; it starts with what they started with."""
    made = World.converged()
    made.boxes["c-etcd1"] = World().boxes["c-etcd1"]
    names = [machine.name for machine in made.design.with_role(Role.ETCD)]
    members = tuple(Member(id=name, name=name, learner=False, peer_urls=()) for name in names)
    context = replace(made.context(), known=None, membership=Membership(members=members, healthy=frozenset(names[:-1])))
    actions = [step.action for step in etcd_phase.plan(context) if step.change.host == "c-etcd1"]
    told, started = actions[-2:]
    assert isinstance(told, PutFile)
    assert told.file == etcd_artifact.founding(made.design, made.design.machine("c-etcd1"))
    assert isinstance(started, UnitDo)
    assert started.verb is UnitVerb.START


def test_old_data_go_only_from_a_machine_that_the_user_gave_up() -> None:
    etcd = SimEtcd.of(design_of())
    etcd.members.remove(etcd.member("a-etcd1"))
    asked = living(etcd=etcd, replacing=Replacing("a-etcd1", ""))
    assert "a-etcd1/etcd/data" in ids(stages(asked), "etcd")
    assert "a-etcd1/etcd/data" not in ids(stages(replace(asked, replacing=None)), "etcd")
    # Its successor's data are its own.
    etcd.members.append(replace(SimEtcd.of(design_of()).member("a-etcd1"), id=0xE1))
    etcd.data["a-etcd1"] = 0xE1
    done = living(etcd=etcd, replacing=Replacing("a-etcd1", "a0"))
    assert ids(stages(done), "etcd", *COMING) == []


def test_a_member_that_is_replaced_where_it_runs_is_started_again_after_its_data_are_gone() -> None:
    """Nothing else about it differs: without this it would be stopped, and waited for in vain."""
    context = living(replacing=Replacing("a-etcd1", "a0"))
    wiped, started = [step for step in etcd_phase.plan(context) if step.change.host == "a-etcd1"]
    assert isinstance(wiped.action, Script)
    assert "systemctl stop etcd.service" in wiped.action.script
    stamp = context.facts["a-etcd1"].get(units.FACT)["etcd.service"].stamp
    assert (started.action, started.serial) == (UnitDo("etcd.service", UnitVerb.START, stamp), None)
    assert started.change.id == "a-etcd1/etcd/unit:etcd"


def test_a_cleaned_machine_is_left_alone() -> None:
    context = living(line("b-worker1"))
    (departure,) = context.departures
    bare = replace(departure, facts=World().boxes["b-worker1"].facts(), keys=())
    context = replace(
        context, departures=(bare,), objects={k: v for k, v in (context.objects or {}).items() if k[3] != "b-worker1"}
    )
    assert ids(stages(context), *COMING) == []


def test_the_files_of_a_machine_that_left_are_known_without_it() -> None:
    for machine in design_of().machines:
        rest = replace(design_of(), machines=tuple(m for m in design_of().machines if m is not machine))
        text = script(including(rest, [machine]), machine, keep_etcd=False)
        assert "/opt/seakeep" in text
        assert ("/var/lib/etcd" in text) is machine.has(Role.ETCD)
