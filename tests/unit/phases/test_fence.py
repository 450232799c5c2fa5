"""Machines that were taken out while they did not answer: who keeps them away, since when, and until when."""

from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path

import msgspec
import pytest
from tests.unit.phases.test_membership_phases import TEXT, ids, line, living
from tests.unit.phases.world import World, design_of, sha256

from seakeep.artifacts import fence as artifact
from seakeep.artifacts import keepalived
from seakeep.design.complete import complete
from seakeep.design.known import begun, fenced, finished, newest, standing
from seakeep.design.model import Design, Fence, Role
from seakeep.engine.model import AwaitVip, PutFile, Step, UnitDo, UnitVerb
from seakeep.facts import fence as fact
from seakeep.flows.planning import stage_of, stages
from seakeep.flows.reset import script
from seakeep.phases import announce, fence, load_balancer, record, returning
from seakeep.phases.base import PlanContext
from seakeep.phases.compare import service
from seakeep.spec.load import parse
from seakeep.state import roster

DESIGN = design_of()
KNOWN = finished(None, DESIGN)
TODAY = date(2026, 11, 26)
LB = Fence("a-lb1", DESIGN.machine("a-lb1").address, TODAY)
OTHER = Fence("x-lb9", IPv4Address("10.77.9.31"), TODAY)
GUARDS = [machine.name for machine in DESIGN.machines if machine.roles & artifact.ROLES]


class Fenced(World):
    """The converged three-site cluster, with these fences in its design and, if `before` is not given, in place."""

    def __init__(self, example: str = "three-sites", *, nested: bool = False) -> None:
        super().__init__(example, nested=nested)
        self.before: tuple[Fence, ...] = ()

    @classmethod
    def of(cls, *fences: Fence, before: tuple[Fence, ...] | None = None) -> "Fenced":
        made = cls.converged()
        assert isinstance(made, Fenced)
        made.before = before if before is not None else fences
        made.want(*made.before)
        made.converge()
        made.want(*fences)
        return made

    def want(self, *fences: Fence) -> None:
        self.design = replace(self.design, fences=fences)

    def context(self) -> PlanContext:
        return replace(super().context(), known=replace(KNOWN, fences=self.before))

    def plan(self, stage: str = "fence") -> list[Step]:
        return list(stage_of(stage, self.context()).steps)

    def converge(self) -> None:
        for name in ("fence", "machines", "prune"):
            for step in self.plan(name):
                self.do(step)


def told(steps: list[Step]) -> list[tuple[str, str, str]]:
    return [(step.change.host, step.change.what, step.change.why) for step in steps]


def test_nobody_is_fenced_and_nothing_is_there() -> None:
    world = Fenced.of()
    assert told(world.plan()) == []
    assert not any(path in box.files for box in world.boxes.values() for path in fence.PATHS)


def test_the_facts_and_the_artifact_speak_of_the_same() -> None:
    assert (fact.TABLE, fact.RULES, fact.LOADED) == (artifact.TABLE, artifact.RULES, artifact.LOADED)


def test_api_servers_and_members_of_etcd_refuse_who_is_fenced_and_nothing_else_changes() -> None:
    world = Fenced.of(LB, before=())
    steps = world.plan()
    assert {step.change.host for step in steps} == set(GUARDS)
    assert all("fenced: a-lb1 (10.77.1.31, since 2026-11-26)" in step.change.why for step in steps)
    mine = [step for step in steps if step.change.host == "a-cp1"]
    assert [type(step.action) for step in mine] == [PutFile, PutFile, UnitDo]
    assert isinstance(mine[0].action, PutFile)
    (rules,) = mine[0].action.file.parts
    assert "ip saddr 10.77.1.31 tcp dport { 6443 } reject with tcp reset" in str(rules)
    assert not any(step.serial for step in steps)
    for step in steps:
        world.do(step)
    world.before = world.design.fences
    assert told(world.plan()) == []
    listed = {step.change.host for step in world.plan("machines")}
    assert listed == set(GUARDS), "their inventories list it"


def test_once_there_a_fence_costs_nothing() -> None:
    world = Fenced.of(LB, OTHER)
    assert [name for name in ("fence", "newcomers", "machines", "prune") if world.plan(name)] == []


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("gone", "its rules are gone from the kernel"),
        ("none", "its rules are gone from the kernel"),
        ("changed", "its rules were changed by hand"),
    ],
)
def test_rules_that_are_not_in_the_kernel_any_more_or_are_others_are_loaded_again(state: str, why: str) -> None:
    world = Fenced.of(LB)
    world.boxes["b-cp1"].fence = state
    (step,) = world.plan()
    assert told([step]) == [("b-cp1", "reload seakeep-fence", why)]
    stamp = world.boxes["b-cp1"].units[fence.UNIT].stamp
    assert step.action == UnitDo(fence.UNIT, UnitVerb.RELOAD, stamp)


def test_an_edited_file_and_a_stopped_unit_are_put_right() -> None:
    world = Fenced.of(LB)
    box = world.boxes["b-cp1"]
    box.files[fact.RULES] = replace(box.files[fact.RULES], sha256=sha256("none"))
    assert [what for _, what, _ in told(world.plan())] == [f"file {fact.RULES}", "reload seakeep-fence"]
    world = Fenced.of(LB)
    units = world.boxes["c-etcd1"].units
    units[fence.UNIT] = replace(units[fence.UNIT], active="inactive", sub="dead")
    world.boxes["c-etcd1"].fence = "none"
    assert [(host, what) for host, what, _ in told(world.plan())] == [("c-etcd1", "start seakeep-fence")]


def test_the_last_fence_that_ends_leaves_nothing_and_the_inventory_forgets_it() -> None:
    world = Fenced.of(before=(OTHER,))
    steps = world.plan()
    assert {step.change.why for step in steps} == {"not fenced any more: x-lb9 (10.77.9.31, since 2026-11-26)"}
    assert [what for host, what, _ in told(steps) if host == "a-cp1"] == [
        "stop seakeep-fence",
        f"remove {artifact.UNIT_FILE}",
        f"remove {fact.RULES}",
        "have systemd forget the fence",
    ]
    assert {step.change.host for step in world.plan("prune")} == set(GUARDS)
    world.converge()
    assert [name for name in ("fence", "machines", "prune") if world.plan(name)] == []
    assert not any(path in box.files for box in world.boxes.values() for path in fence.PATHS)


def test_what_a_run_left_that_died_before_the_inventory_was_written_goes_as_well() -> None:
    world = Fenced.of(before=())
    box, other = world.boxes["a-cp1"], Fenced.of(LB).boxes["a-cp1"]
    for path in fence.PATHS:
        box.files[path] = other.files[path]
    box.units[fence.UNIT] = other.units[fence.UNIT]
    assert next(what for _, what, _ in told(world.plan())) == "stop seakeep-fence"
    world.converge()
    assert not fence.PATHS & box.files.keys()


def test_one_of_two_that_ends_is_taken_out_of_the_rules() -> None:
    world = Fenced.of(OTHER, before=(LB, OTHER))
    assert [(host, what) for host, what, _ in told(world.plan())][:2] == [
        ("a-etcd1", f"file {fact.RULES}"),
        ("a-etcd1", "reload seakeep-fence"),
    ]


def test_who_comes_gets_the_fence_after_its_packages_and_before_its_etcd_or_api_server() -> None:
    world = Fenced.of(LB)
    world.boxes["c-cp1"] = World().boxes["c-cp1"]
    assert [step.change.host for step in world.plan()] == []
    order = [step.change.id for step in world.plan("machines") if step.change.host == "c-cp1"]
    place = order.index("c-cp1/fence_newcomers/unit:seakeep-fence")
    assert order.index("c-cp1/packages/install") < place < order.index("c-cp1/control_plane/unit:kube-apiserver")
    world.converge()
    assert world.plan("machines") == []


def test_a_machine_that_is_reset_or_leaves_keeps_nothing_of_it() -> None:
    text = script(replace(DESIGN, fences=(LB,)), DESIGN.machine("a-cp1"), keep_etcd=False)
    assert "seakeep-fence.service" in text.splitlines()[0]
    assert all(path in text for path in fence.PATHS)


# ----------------------------------------------------------------------------- who, since when and until when


def test_load_balancers_and_control_planes_are_fenced_once_and_nobody_else() -> None:
    silent = [DESIGN.machine(name) for name in ("a-lb1", "a-cp1", "a-etcd1", "b-worker1")]
    first = fenced(DESIGN, silent, TODAY)
    assert [(each.name, each.since) for each in first.fences] == [("a-lb1", TODAY), ("a-cp1", TODAY)]
    assert fenced(first, silent, date(2027, 1, 1)) is first


def test_a_fence_stands_until_its_address_is_in_the_file_or_it_is_ended() -> None:
    known = replace(KNOWN, fences=(LB, OTHER))
    others = [machine for machine in DESIGN.machines if machine.name != "a-lb1"]
    assert standing(known, others) == (LB, OTHER)
    assert standing(known, DESIGN.machines) == (OTHER,)
    renamed = replace(DESIGN.machine("a-lb1"), name="a-lb7")
    assert standing(known, [*others, renamed]) == (OTHER,)
    moved = replace(DESIGN.machine("a-lb1"), address=IPv4Address("10.77.1.39"))
    assert standing(known, [*others, moved]) == (LB, OTHER), "what has the old address is still kept away"
    assert standing(known, others, ["x-lb9"]) == (LB,)
    assert standing(known, others, ["10.77.1.31"]) == (OTHER,)
    assert standing(None, others) == ()


def without_lb(known_fences: tuple[Fence, ...] = (), *, away: bool = True) -> PlanContext:
    """A living cluster whose file has lost a-lb1, which does not answer."""
    context = living(line("a-lb1"), away=("a-lb1",) if away else ())
    silent = [departure.machine for departure in context.departures if departure.facts is None]
    design = fenced(replace(context.design, fences=known_fences), silent, TODAY)
    return replace(context, design=design, known=replace(KNOWN, fences=known_fences))


def test_a_silent_load_balancer_is_recorded_and_fenced_and_has_let_go_before_the_others_forget_it() -> None:
    context = without_lb()
    order = [step.change.id for stage in stages(context) for step in stage.steps]
    places = [
        order.index("a-cp1/announce/file:/var/lib/seakeep/roster.json"),
        order.index("a-cp1/fence/unit:seakeep-fence"),
        order.index("cluster/release_vip/a-lb1"),
        order.index("b-lb1/load_balancer/file:/etc/seakeep/lb/keepalived.conf"),
        order.index("a-cp1/record/file:/var/lib/seakeep/roster.json"),
    ]
    assert places == sorted(places)
    (wait,) = stage_of("leave", context).steps
    assert wait.action == AwaitVip("a-lb1")


def test_one_that_answers_gives_the_vip_away_itself_and_is_not_fenced() -> None:
    context = without_lb(away=False)
    assert context.design.fences == ()
    assert ids(stages(context), "fence", "announce") == []


def test_the_record_says_who_is_fenced_from_the_beginning_of_the_run_to_its_end() -> None:
    context = without_lb()
    during, after = copy_of(list(announce.plan(context))), copy_of(list(record.plan(context)))
    assert (during.fences, after.fences) == ((LB,), (LB,))
    assert during.machine("a-lb1") is not None
    assert after.machine("a-lb1") is None
    assert KNOWN.serial < during.serial < after.serial


def copy_of(steps: list[Step]) -> roster.Known:
    texts = {step.action.file.parts for step in steps if isinstance(step.action, PutFile)}
    ((text,),) = texts
    return roster.copied(str(text).encode()).known


def test_going_on_after_a_crash_puts_up_the_same_fence_and_counts_no_further() -> None:
    context = without_lb()
    first = begun(KNOWN, context.design)
    assert first.fences == (LB,)
    again = complete_with(first)
    assert again.fences == (LB,)
    assert begun(first, again) == first
    assert finished(finished(first, again), again) == finished(first, again)


def complete_with(known: roster.Known) -> Design:
    return replace(DESIGN, machines=tuple(m for m in DESIGN.machines if m.name != "a-lb1"), fences=known.fences)


def test_the_completed_design_has_the_fences_that_are_known() -> None:
    text = TEXT.replace(*line("a-lb1"))
    known = replace(KNOWN, fences=(LB,))
    assert complete(parse(text.encode(), Path("x.yaml")), known).fences == (LB,)
    assert complete(parse(TEXT.encode(), Path("x.yaml")), known).fences == ()


# ----------------------------------------------------------------------------- on record


def test_a_roster_without_fences_reads_and_is_written_as_it_always_was() -> None:
    text = roster.encode("x", KNOWN)
    assert b"ence" not in text
    assert roster.decode(text) == KNOWN


def test_it_is_written_the_same_in_every_process() -> None:
    """Sets have another order in each; the digest of the copies must not."""
    known = replace(KNOWN, fences=(LB,))
    stacked = replace(KNOWN.machines[0], roles=frozenset(Role))
    document = msgspec.json.decode(roster.encode("x", replace(known, machines=(stacked,))))
    assert document["known"]["machines"][0]["roles"] == sorted(Role)


def test_fences_come_back_as_they_were() -> None:
    known = replace(KNOWN, fences=(LB, OTHER))
    text = roster.encode("x", known)
    assert b'"since": "2026-11-26"' in text
    assert roster.decode(text) == known


def test_a_seakeep_that_knows_no_fences_refuses_a_record_with_some() -> None:
    """It stands where such a one forbids fields that it does not know."""
    text = roster.encode("x", replace(KNOWN, fences=(LB,)))
    assert set(msgspec.json.decode(text)) == {"apiVersion", "kind", "cluster", "known", "fences"}


def test_of_two_records_the_newer_one_says_who_is_fenced_and_of_equal_ones_both_do() -> None:
    ours, theirs = replace(KNOWN, serial=7, fences=(LB,)), replace(KNOWN, serial=8, fences=(OTHER,))
    assert (found := newest(ours, theirs)) is not None
    assert found.fences == (OTHER,)
    assert (found := newest(ours, replace(theirs, serial=7))) is not None
    assert found.fences == (OTHER, LB)
    assert newest(replace(ours, serial=9), theirs) is None


# ----------------------------------------------------------------------------- coming back


def test_one_that_comes_back_claims_nothing_before_the_others_know_it() -> None:
    """It still runs what it ran: its keepalived is stopped before the fence goes, and started with the others'."""
    world = Fenced.of(before=(LB,))
    (stop,) = world.plan("returning")
    assert stop.change.id == "a-lb1/returning/unit:seakeep-keepalived"
    assert stop.action == UnitDo(service(keepalived.NAME), UnitVerb.STOP)
    order = [step.change.id for stage in stages(world.context()) for step in stage.steps]
    start = order.index("a-lb1/load_balancer/unit:seakeep-keepalived")
    assert order.index(stop.change.id) < order.index("a-cp1/fence/unit:seakeep-fence") < start
    (started,) = [each for each in load_balancer.plan(world.context()) if each.change.host == "a-lb1"]
    assert isinstance(started.action, UnitDo)
    assert started.action.verb is UnitVerb.START
    world.do(stop)
    assert list(returning.plan(world.context())) == []


def test_the_kubelet_of_a_control_plane_that_comes_back_is_started_after_its_api_server() -> None:
    """It would sit out what it gave itself for an API server that never answered."""
    cp = Fence("a-cp1", DESIGN.machine("a-cp1").address, TODAY)
    world = Fenced.of(before=(cp,))
    units = world.boxes["a-cp1"].units
    units["kube-apiserver.service"] = replace(units["kube-apiserver.service"], active="activating")
    assert [step.change.id for step in world.plan("returning")] == ["a-cp1/returning/unit:kubelet"]
    order = [step.change.id for step in world.plan("machines")]
    assert order.index("a-cp1/control_plane/unit:kube-apiserver") < order.index("a-cp1/node/unit:kubelet")
    (kubelet,) = [step.action for step in world.plan("machines") if step.change.id == "a-cp1/node/unit:kubelet"]
    assert isinstance(kubelet, UnitDo)
    assert kubelet.verb is UnitVerb.START


def test_a_new_machine_at_the_address_has_nothing_that_could_be_stopped() -> None:
    world = Fenced.of(before=(LB,))
    world.boxes["a-lb1"] = World().boxes["a-lb1"]
    assert world.plan("returning") == []
    assert world.plan("fence")
