"""What the cluster keeps of what it is made of: who is on it at each moment, and which of two copies counts."""

from dataclasses import replace
from ipaddress import IPv4Network

from tests.unit.phases.test_membership_phases import line, living
from tests.unit.phases.world import World, design_of

from seakeep.design.known import Known, begun, differences, finished, newest, own, shared
from seakeep.design.model import Machine, Role, SshAccess
from seakeep.engine.model import PutFile, Step
from seakeep.facts.inventory import Entry
from seakeep.flows.planning import stage_of
from seakeep.phases import announce, record
from seakeep.phases.base import PlanContext
from seakeep.phases.inventory import wanted_entries
from seakeep.state import roster

COMES = (
    "    - {name: b-worker1,",
    "    - {name: a-worker2, address: 10.77.1.42, site: a, roles: [worker], pool: hot}\n    - {name: b-worker1,",
)

DESIGN = design_of()
KNOWN = finished(None, DESIGN)
CONTROL_PLANES = [machine.name for machine in DESIGN.with_role(Role.CONTROL_PLANE)]


def without(known: Known, *names: str) -> Known:
    return replace(known, machines=tuple(each for each in known.machines if each.name not in names))


def written(steps: list[Step]) -> Known:
    """What the steps put on every machine."""
    found = set()
    for step in steps:
        assert isinstance(step.action, PutFile)
        file = step.action.file
        assert (file.path, file.mode, file.owner) == (roster.PATH, 0o600, "root")
        found.add("".join(part for part in file.parts if isinstance(part, str)))
    (text,) = found
    copy = roster.copied(text.encode())
    assert copy.cluster == "three-sites"
    return copy.known


def hosts(context: PlanContext) -> list[str]:
    return [step.change.host for step in stage_of("record", context).steps]


def test_a_cluster_as_it_was_costs_nothing_and_a_copy_that_is_gone_or_edited_is_put_back() -> None:
    assert hosts(living()) == []
    for path in ({}, {roster.PATH: b"S|f|600|root|root|" + roster.PATH.encode() + b"\0\n"}):
        context = living()
        facts = context.facts["b-cp1"]
        lines = facts.raw["files"].splitlines(keepends=True)
        kept = b"".join(each for each in lines if roster.PATH.encode() not in each)
        bare = replace(facts, raw={**facts.raw, "files": kept + b"".join(path.values())}, _parsed={})
        context = replace(context, facts={**context.facts, "b-cp1": bare})
        assert hosts(context) == ["b-cp1"]
        assert written(list(record.plan(context))) == shared(KNOWN)


def test_labels_and_how_an_operator_logs_in_are_no_concern_of_the_cluster() -> None:
    """Two operators with accounts of their own do not write over each other's copies for ever."""
    machines = tuple(
        replace(each, ssh=SshAccess(user="eve", port=each.ssh.port, key="~/.ssh/eve"), labels=(("a", "b"),))
        for each in DESIGN.machines
    )
    assert shared(finished(KNOWN, replace(DESIGN, machines=machines))) == shared(KNOWN)
    text = roster.copy("x", finished(None, replace(DESIGN, machines=machines)))
    assert b"eve" not in text
    assert own(roster.copied(text).known, DESIGN) == KNOWN


def test_a_machine_that_comes_is_on_record_before_it_is_touched_and_part_of_the_cluster_at_the_end() -> None:
    context = living(COMES)
    assert stage_of("announce", context).steps[0].change.host == CONTROL_PLANES[0]
    during, after = written(list(announce.plan(context))), written(list(record.plan(context)))
    assert [each.name for each in during.begun] == ["a-worker2"]
    assert during.machines == shared(KNOWN).machines
    assert after.machine("a-worker2") is not None
    assert after.begun == ()
    assert KNOWN.serial < during.serial < after.serial


def test_a_machine_that_leaves_is_on_record_until_it_has_left() -> None:
    context = living(line("b-worker1"))
    assert list(announce.plan(context)) == []
    after = written(list(record.plan(context)))
    assert after.machine("b-worker1") is None
    assert after.serial == KNOWN.serial + 1


def test_a_first_installation_announces_nothing_and_ends_with_a_copy() -> None:
    context = World().context()
    assert list(announce.plan(context)) == []
    assert written(list(record.plan(context))) == shared(KNOWN)


def test_a_machine_that_is_gone_on_without_stays_on_record_as_it_was() -> None:
    known = replace(
        KNOWN,
        machines=tuple(replace(each, site="b") if each.name == "a-worker1" else each for each in KNOWN.machines),
    )
    context = replace(living(away=("a-worker1",)), known=known)
    assert written(list(record.plan(context))).machine("a-worker1") == shared(known).machine("a-worker1")


def test_it_is_listed_on_control_planes_so_that_it_goes_with_the_role() -> None:
    context = World.converged().context()
    for machine in DESIGN.machines:
        listed = Entry("file", "-", roster.PATH) in wanted_entries(context, machine)
        assert listed is machine.has(Role.CONTROL_PLANE)


def test_the_higher_serial_counts() -> None:
    theirs = replace(without(KNOWN, "b-lb1"), serial=7)
    assert newest(None, theirs) == theirs
    assert newest(replace(KNOWN, serial=6), theirs) == theirs
    assert newest(replace(KNOWN, serial=8), theirs) is None
    assert differences(replace(KNOWN, serial=6), theirs) == "gone: b-lb1"


def new(name: str, block: str) -> Machine:
    return replace(DESIGN.machine("a-worker1"), name=name, pod_cidr=IPv4Network(block))


def test_what_a_folder_alone_has_begun_is_not_forgotten() -> None:
    """A run of ours died after its first machine was touched; another operator has worked since, and given the block of
    pod addresses away."""
    ours = replace(KNOWN, serial=3, begun=(new("mine", "10.244.77.0/24"), new("second", "10.244.78.0/24")))
    theirs = replace(KNOWN, serial=4, machines=(*KNOWN.machines, new("yours", "10.244.77.0/24")))
    found = newest(ours, theirs)
    assert found is not None
    assert [(each.name, str(each.pod_cidr)) for each in found.begun] == [
        ("mine", "None"),
        ("second", "10.244.78.0/24"),
    ]
    assert differences(ours, found) == "new: yours"


def test_where_neither_is_newer_both_count() -> None:
    """From before there were serials."""
    ours, theirs = replace(KNOWN, serial=0), replace(without(KNOWN, "b-lb1"), serial=0)
    found = newest(ours, theirs)
    assert found is not None
    assert [each.name for each in found.begun] == ["b-lb1"]


def test_an_upgrade_is_on_record_from_before_the_first_machine_gets_it_until_it_is_done_or_taken_back() -> None:
    old = replace(KNOWN, kubernetes="1.36.3")
    context = replace(living(), known=old)
    assert stage_of("announce", context).steps[0].change.host == CONTROL_PLANES[0]
    during, after = written(list(announce.plan(context))), written(list(record.plan(context)))
    assert (during.kubernetes, during.upgrade) == ("1.36.3", "1.37.2")
    assert (after.kubernetes, after.upgrade) == ("1.37.2", "")
    assert old.serial < during.serial < after.serial
    assert begun(during, DESIGN) == during
    assert differences(old, during) == "an upgrade to Kubernetes 1.37.2 was begun"

    back = replace(DESIGN, release=replace(DESIGN.release, kubernetes="1.36.3"))
    assert (begun(during, back).upgrade, finished(during, back).upgrade) == ("", "")
    assert begun(during, back).serial > during.serial


def test_of_two_copies_that_neither_is_newer_an_upgrade_that_either_began_counts() -> None:
    upgrading = replace(KNOWN, upgrade="1.37.3")
    for ours, theirs in ((KNOWN, upgrading), (upgrading, KNOWN)):
        found = newest(ours, theirs)
        assert found is not None
        assert found.upgrade == "1.37.3"
    ended = newest(upgrading, replace(KNOWN, serial=KNOWN.serial + 1))
    assert ended is not None
    assert ended.upgrade == ""


def test_going_on_after_a_crash_counts_no_further_than_it_has_to() -> None:
    more = replace(DESIGN, machines=(*DESIGN.machines, new("late", "10.244.77.0/24")))
    first = begun(KNOWN, more)
    assert begun(first, more) == first
    assert finished(first, more).serial == first.serial + 1
    assert finished(finished(first, more), more) == finished(first, more)
    assert begun(finished(first, more), more) == finished(first, more)
