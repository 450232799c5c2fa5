"""What has to happen to etcd's membership, and doing it: every step may be the last before a crash."""

from pathlib import Path

import pytest
from tests.unit.phases.world import EXAMPLES, design_of

from seakeep.core.errors import MachineError, RefusedError
from seakeep.design.complete import complete
from seakeep.design.known import Replacing, known_of
from seakeep.design.model import Design
from seakeep.facts.base import FactSet
from seakeep.facts.etcd import Member, Membership
from seakeep.facts.members import changes, losing_quorum, membership_of, stale_data
from seakeep.flows.members import Members, await_vip
from seakeep.spec.load import parse

from .etcdsim import SimEtcd, SimMember
from .world import FakeSession

TEXT = (EXAMPLES / "three-sites.yaml").read_text()


def edited(*pairs: tuple[str, str]) -> Design:
    """The three-site cluster with words of its file changed."""
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return complete(parse(text.encode(), Path("cluster.yaml")), known_of(design_of(), machines=design_of().machines))


RENAMED = (("name: a-etcd1, address: 10.77.1.11", "name: a-etcd3, address: 10.77.1.13"),)


def facts_of(etcd: SimEtcd, *designs: Design) -> dict[str, FactSet]:
    return {m.name: FactSet(m.name, etcd.facts(m)) for design in designs for m in design.machines}


def names(found: object) -> list[str]:
    return [each.name for each in found]  # type: ignore[attr-defined]


def test_a_steady_cluster_changes_nothing() -> None:
    etcd, design = SimEtcd.of(design_of()), design_of()
    facts = facts_of(etcd, design)
    found = changes(design, facts, membership_of(facts), None)
    assert (found.orphans, found.out, found.joining) == ((), (), ())


def test_the_first_of_the_file_is_replaced_by_another_machine() -> None:
    etcd, design = SimEtcd.of(design_of()), edited(*RENAMED)
    facts = facts_of(etcd, design_of(), design)
    found = changes(design, facts, membership_of(facts), None)
    assert (names(found.out), names(found.joining)) == (["a-etcd1"], ["a-etcd3"])


def test_those_that_do_not_serve_are_removed_first() -> None:
    entry = "    - {{name: {0}, address: {1}, site: {2}, roles: [etcd]}}\n"
    gone = (entry.format("a-etcd1", "10.77.1.11", "a"), entry.format("b-etcd1", "10.77.2.11", "b"))
    design = edited(*((line, "") for line in gone))
    etcd = SimEtcd.of(design_of())
    etcd.lose("b-etcd1")
    facts = facts_of(etcd, design_of())
    assert names(changes(design, facts, membership_of(facts), None).out) == ["b-etcd1", "a-etcd1"]


def test_what_a_dead_addition_left_is_an_orphan_or_is_gone_on_with() -> None:
    etcd, design = SimEtcd.of(design_of()), design_of()
    etcd.members.append(SimMember(0xD1, "", "https://10.77.9.9:2380", learner=True, serves=False))
    facts = facts_of(etcd, design)
    assert [each.id for each in changes(design, facts, membership_of(facts), None).orphans] == ["d1"]
    etcd.lose("c-etcd1")
    etcd.members.remove(etcd.member("c-etcd1"))
    etcd.members[-1].url = "https://10.77.3.11:2380"
    facts = facts_of(etcd, design)
    found = changes(design, facts, membership_of(facts), None)
    assert (found.orphans, names(found.joining)) == ((), ["c-etcd1"])


def test_a_replaced_member_goes_once_and_its_successor_stays() -> None:
    etcd, design = SimEtcd.of(design_of()), design_of()
    etcd.lose("a-etcd1")
    facts = facts_of(etcd, design)
    asked = Replacing("a-etcd1", "a0")
    found = changes(design, facts, membership_of(facts), asked)
    assert (names(found.out), names(found.joining)) == (["a-etcd1"], ["a-etcd1"])
    etcd.member("a-etcd1").id, etcd.member("a-etcd1").serves, etcd.data["a-etcd1"] = 0xE1, True, 0xE1
    facts = facts_of(etcd, design)
    found = changes(design, facts, membership_of(facts), asked)
    assert (found.out, found.joining) == ((), ())


def test_a_machine_that_could_not_be_read_is_not_taken_in() -> None:
    etcd, design = SimEtcd.of(design_of()), edited(*RENAMED)
    facts = facts_of(etcd, design_of(), design)
    del facts["a-etcd3"]
    assert changes(design, facts, membership_of(facts), None).joining == ()


def test_without_a_quorum_nothing_is_decided() -> None:
    etcd, design = SimEtcd.of(design_of()), design_of()
    for name in ("a-etcd1", "a-etcd2", "b-etcd1"):
        etcd.lose(name)
    facts = facts_of(etcd, design)
    assert membership_of(facts) is None
    assert changes(design, facts, None, None).out == ()


@pytest.mark.parametrize(
    ("voters", "healthy", "out", "lost"),
    [
        ("abc", "abc", "a", None),
        ("abc", "bc", "a", None),
        ("abc", "bc", "b", "b"),
        ("abcde", "abcde", "ab", None),
        ("abcde", "cde", "ab", None),
        ("abcde", "cde", "c", "c"),
        ("abcde", "bcde", "ab", None),
        ("abc", "abc", "abc", "c"),
        ("a", "a", "a", "a"),
        ("abc", "abc", "", None),
    ],
)
def test_the_rest_has_a_quorum_after_each_removal(voters: str, healthy: str, out: str, lost: str | None) -> None:
    members = {each: Member(id=each, name=each, learner=False, peer_urls=()) for each in voters}
    membership = Membership(members=tuple(members.values()), healthy=frozenset(healthy))
    found = losing_quorum(membership, tuple(members[each] for each in out))
    assert (found.name if found else None) == lost


def test_data_of_a_member_that_was_removed_are_told_from_its_own() -> None:
    etcd, design = SimEtcd.of(design_of()), design_of()
    membership = membership_of(facts_of(etcd, design))
    assert membership is not None
    machine = design.machine("a-etcd1")
    assert stale_data(machine, FactSet("a-etcd1", etcd.facts(machine)), membership) == ""
    etcd.data["a-etcd1"] = 0x99
    assert stale_data(machine, FactSet("a-etcd1", etcd.facts(machine)), membership) == "99"
    etcd.data.pop("a-etcd1")
    assert stale_data(machine, FactSet("a-etcd1", etcd.facts(machine)), membership) == ""


class SimHost:
    """A machine with etcdctl. With `dies`, the operator's process ends after, or before, that many commands."""

    def __init__(self, session: "SimSession", name: str) -> None:
        self.session, self.name = session, name

    async def run(self, script: str, *, what: str, timeout: float) -> object:
        session = self.session
        session.calls += 1
        if session.dies == (session.calls, "before"):
            raise Died
        answer = session.etcd.run(session.machine(self.name), script)
        if session.dies == (session.calls, "after"):
            raise Died
        return answer


class Died(BaseException):
    """The operator's process was killed."""


class SimSession(FakeSession):
    def __init__(self, folder: Path, etcd: SimEtcd) -> None:
        super().__init__(folder)
        self.etcd = etcd
        self.calls = 0
        self.dies: tuple[int, str] | None = None

    def host(self, name: str) -> SimHost:  # type: ignore[override]
        return SimHost(self, name)

    async def read(self, facts, machines, *, timeout=60):  # type: ignore[no-untyped-def, override]
        self.raw = {m.name: self.etcd.facts(m) for m in (*self.design.machines, *self.leaving)}
        return await super().read(facts, machines, timeout=timeout)


async def replace_member(session: SimSession, name: str, old: str) -> None:
    """What a plan of a replacement does, as far as it is still to be done."""
    members, machine = Members(session), session.design.machine(name)
    facts = {m.name: FactSet(m.name, session.etcd.facts(m)) for m in session.design.machines}
    membership = membership_of(facts)
    found = changes(session.design, facts, membership, Replacing(name, old))
    for member in (*found.orphans, *found.out):
        await members.remove(member.id, member.name)
    if found.joining:
        assert found.joining == (machine,)
        await members.add(name)
        await members.promote(name)


async def test_a_member_is_replaced_through_another_one_and_learns_first(tmp_path: Path) -> None:
    etcd = SimEtcd.of(design_of())
    etcd.lose("a-etcd1")
    session = SimSession(tmp_path, etcd)
    await replace_member(session, "a-etcd1", "a0")
    assert [line.split(": ")[1].rsplit(" ", 1)[0] for line in etcd.log] == [
        "member remove",
        "member add a-etcd1 --learner",
        "member promote",
    ]
    assert not any(line.startswith("a-etcd1") for line in etcd.log)
    new = etcd.member("a-etcd1")
    assert (new.learner, new.id != 0xA0, len(etcd.members)) == (False, True, 5)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3, 4])
async def test_a_replacement_that_died_anywhere_is_gone_on_with(tmp_path: Path, call: int, when: str) -> None:
    etcd = SimEtcd.of(design_of())
    etcd.lose("a-etcd1")
    session = SimSession(tmp_path, etcd)
    session.dies = (call, when)
    with pytest.raises(Died):
        await replace_member(session, "a-etcd1", "a0")
    session.dies = None
    await replace_member(session, "a-etcd1", "a0")
    assert sorted(each.name for each in etcd.members) == ["a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2", "c-etcd1"]
    assert not any(each.learner for each in etcd.members)
    assert etcd.data["a-etcd1"] == etcd.member("a-etcd1").id != 0xA0
    # Nothing of it is done a second time.
    before = list(etcd.log)
    await replace_member(session, "a-etcd1", "a0")
    assert etcd.log == before


async def test_a_learner_that_lost_its_disk_again_is_another_one(tmp_path: Path) -> None:
    etcd = SimEtcd.of(design_of())
    etcd.member("c-etcd1").learner, etcd.member("c-etcd1").serves = True, False
    etcd.data.pop("c-etcd1")
    session = SimSession(tmp_path, etcd)
    await Members(session).add("c-etcd1")
    assert [line.split(": ")[1].split(" --")[0] for line in etcd.log] == ["member remove a4", "member add c-etcd1"]
    assert etcd.member("c-etcd1").id != 0xA4


async def test_a_removal_that_would_break_the_quorum_is_refused_by_what_is_seen_then(tmp_path: Path) -> None:
    etcd = SimEtcd.of(design_of())
    etcd.lose("a-etcd1")
    etcd.lose("a-etcd2")
    session = SimSession(tmp_path, etcd)
    with pytest.raises(RefusedError, match="3 of 5 members are healthy"):
        await Members(session).remove("a2", "b-etcd1")
    assert etcd.log == []
    await Members(session).remove("a0", "a-etcd1")
    assert len(etcd.members) == 4


async def test_a_learner_that_does_not_catch_up_is_not_promoted_and_says_why(tmp_path: Path) -> None:
    etcd = SimEtcd.of(design_of())
    etcd.member("c-etcd1").learner, etcd.member("c-etcd1").revision = True, 10
    with pytest.raises(MachineError, match="4990 revisions behind"):
        await Members(SimSession(tmp_path, etcd)).promote("c-etcd1")
    assert etcd.member("c-etcd1").learner


@pytest.mark.parametrize(("silent", "seconds"), [("a-lb1", 6), ("b-cp1", 19)])
async def test_a_fenced_load_balancer_gets_the_time_to_give_the_vip_up(
    tmp_path: Path, silent: str, seconds: float
) -> None:
    """Somebody else holding it says nothing about one that nobody can ask. With an API server of its own it holds on
    to it longer."""
    session = FakeSession(tmp_path)
    session.leaving = (session.design.machine(silent),)
    session.raw["b-lb1"] = {"vip": b"holds\n200\n"}
    begin = session.clock.monotonic()
    await await_vip(session, silent)
    assert session.clock.monotonic() - begin == seconds


async def test_nobody_who_takes_the_vip_over_is_a_failure(tmp_path: Path) -> None:
    session = FakeSession(tmp_path)
    session.leaving = (session.design.machine("a-lb1"),)
    session.raw["b-lb1"] = {"vip": b"200\n"}
    with pytest.raises(MachineError, match="to hold the VIP; the last answer was: none holds it yet"):
        await await_vip(session, "a-lb1")
