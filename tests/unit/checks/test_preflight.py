"""Every preflight check: what passes, what fails, and what cannot be told."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType

import pytest
from tests.unit.phases.world import World, design_of

import seakeep.checks.preflight
from seakeep.checks.base import Fleet
from seakeep.checks.preflight import cores_and_memory, ports_free
from seakeep.checks.preflight.registry import CHECKS
from seakeep.core.errors import MachineError
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts.etcd import Member, Membership
from seakeep.flows.planning import preflight

BY_ID = {module.CHECK.id: module for module in CHECKS}
FSYNC = b"".join(b"2300 bytes copied, %.4f s, 2 MB/s\n" % (0.001 * (1 + i % 3)) for i in range(200))


def world(example: str = "three-sites", *, nested: bool = False) -> World:
    """Bare machines on which every check passes."""
    made = World(example, nested=nested)
    for box in made.boxes.values():
        box.more = {
            "disks": b"/ 90000000 80000000\n/opt 90000000 80000000\n"
            b"/var/lib 90000000 80000000\n/var/log 90000000 80000000\n",
            "ports": b'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=55,fd=6))\n',
            "modules": b"bridge\nip_set\nnf_tables\noverlay\nvxlan\nxt_set\n",
            "reach": "\n".join([*made.boxes, "done"]).encode(),
            "fsync": FSYNC,
        }
    return made


def fleet(made: World, *, fresh: bool = True, lab: bool = False, formed: tuple[str, ...] = (), gone: str = "") -> Fleet:
    facts = {name: box.facts() for name, box in made.boxes.items() if name != gone}
    return Fleet(
        design=made.design,
        facts=facts,
        fresh=frozenset(facts) if fresh else frozenset(),
        unreachable={gone: MachineError("connection refused", host=gone)} if gone else {},
        lab=lab,
        formed=frozenset(formed),
    )


def judged(id_: str, found: Fleet) -> dict[str, Finding]:
    """Findings by machine, those that pass left out."""
    findings = [each for each in preflight(found, (), "2026-11-23") if each.id == id_]
    return {each.where: each for each in findings if each.verdict is not Verdict.PASS}


@dataclass(frozen=True)
class Case:
    """A machine, what is done to it, and what the check then says."""

    id: str
    host: str
    spoil: Callable[[World], None]
    says: str
    fresh_only: bool = False


def more(host: str, fact: str, output: bytes) -> Callable[[World], None]:
    def spoil(made: World) -> None:
        made.boxes[host].more[fact] = output

    return spoil


def system(host: str, **values: str) -> Callable[[World], None]:
    def spoil(made: World) -> None:
        made.boxes[host].system |= values

    return spoil


def leftover(host: str, *lines: str) -> Callable[[World], None]:
    def spoil(made: World) -> None:
        made.boxes[host].leftovers += lines

    return spoil


def wal(*hosts: str) -> Callable[[World], None]:
    def spoil(made: World) -> None:
        for host in hosts:
            made.boxes[host].etcd_data = True

    return spoil


SLOW = FSYNC.replace(b"0.0030 s", b"0.0300 s", 3)
FAILS = (
    Case("PRE002", "a-cp1", system("a-cp1", os_id="plan9"), "plan9 13 on amd64, kernel 6.12.57"),
    Case("PRE002", "a-cp1", system("a-cp1", arch="riscv64"), "debian 13 on riscv64, kernel 6.12.57"),
    Case("PRE003", "a-cp1", system("a-cp1", cores="1"), "1 cores and 8192 MiB; its roles need 2 and 1700"),
    Case("PRE003", "a-etcd1", system("a-etcd1", memory_kb="819200"), "4 cores and 800 MiB; its roles need 1 and 900"),
    Case(
        "PRE004",
        "a-cp1",
        more("a-cp1", "disks", b"/opt 9 9999999\n/var/lib 9999999 1048576\n/var/log 9 9999999\n"),
        "/var/lib has 1024 MiB free, 5000 needed",
        fresh_only=True,
    ),
    Case("PRE005", "a-worker1", system("a-worker1", cgroup="tmpfs"), "version 1"),
    Case("PRE006", "b-cp1", more("b-cp1", "clock", b"1795478680.5\nyes\n"), "+10.0 s from the median; limit 5 s"),
    Case("PRE006", "b-cp1", more("b-cp1", "clock", b"1795478660.5\nno\n"), "-10.0 s from the median; limit 5 s"),
    Case("PRE007", "a-cp1", system("a-cp1", machine_id=""), "has no machine-id"),
    Case(
        "PRE008",
        "a-etcd1",
        more("a-etcd1", "ports", b'tcp LISTEN 0 1 127.0.0.1:2379 0.0.0.0:* users:(("etcd",pid=1,fd=1))\n'),
        "2379 is held by etcd",
        fresh_only=True,
    ),
    Case(
        "PRE008",
        "a-lb1",
        more("a-lb1", "ports", b"tcp LISTEN 0 1 0.0.0.0:6443 0.0.0.0:*\n"),
        "6443 is held by a process",
        fresh_only=True,
    ),
    Case("PRE009", "a-cp1", more("a-cp1", "modules", b"overlay\n"), "missing: bridge, vxlan", fresh_only=True),
    Case(
        "PRE010",
        "a-cp1",
        more("a-cp1", "reach", "\n".join([*(n for n in World().boxes if n[0] == "a"), "done"]).encode()),
        "does not reach b-cp1, b-etcd1, b-etcd2, b-lb1, b-worker1, c-cp1, c-etcd1",
        fresh_only=True,
    ),
    Case(
        "PRE011",
        "c-etcd1",
        more("c-etcd1", "fsync", SLOW),
        "p99 30.0 ms, p50 2.0 ms over 200 writes; limit 10 ms",
        fresh_only=True,
    ),
    Case("PRE012", "a-cp1", leftover("a-cp1", "owner:other"), "belongs to the cluster 'other'"),
    Case(
        "PRE012",
        "a-cp1",
        leftover("a-cp1", "/etc/cni/net.d/10-calico.conflist"),
        "/etc/cni/net.d/10-calico.conflist configures another pod network",
    ),
    Case(
        "PRE012",
        "a-etcd1",
        leftover("a-etcd1", "/etc/kubernetes/admin.conf"),
        "/etc/kubernetes/admin.conf exists",
        fresh_only=True,
    ),
    Case(
        "PRE012",
        "a-cp1",
        leftover("a-cp1", "unit:kubelet.service:/usr/lib/systemd/system/kubelet.service:active"),
        "kubelet.service runs and is not Seakeep's",
        fresh_only=True,
    ),
    Case("PRE013", "b-lb1", system("b-lb1", interface=""), "no interface has {address}"),
)


@pytest.mark.parametrize(("nested", "message"), [(False, "missing: ip_set, xt_set"), (True, "present")])
def test_an_enforcer_needs_more_of_the_kernel_where_that_can_be_seen(nested: bool, message: str) -> None:
    made = world("tenants", nested=nested)
    made.design = replace(made.design, network=replace(made.design.network, policy_enforcer="kube-router"))
    made.boxes["shared"].more["modules"] = b"bridge\nnf_tables\noverlay\nvxlan\n"
    (said,) = [each for each in preflight(fleet(made), (), "2026-11-23") if each.id == "PRE009"]
    assert said.message == message


@pytest.mark.parametrize("example", ["three-sites", "single", "ssh", "tenants"])
def test_all_pass_on_good_bare_machines(example: str) -> None:
    findings = preflight(fleet(world(example)), (), "2026-11-23")
    assert {each.verdict for each in findings} == {Verdict.PASS}
    assert {each.id for each in findings} == set(BY_ID) - (set() if example == "tenants" else {"PRE015"})
    assert not any(each.remediation for each in findings)


@pytest.mark.parametrize("case", FAILS, ids=lambda case: f"{case.id}-{case.says[:30]}")
def test_a_bad_machine_fails_alone_and_says_why(case: Case) -> None:
    made = world()
    case.spoil(made)
    found = judged(case.id, fleet(made))
    assert list(found) == [case.host]
    finding = found[case.host]
    assert finding.verdict is Verdict.FAIL
    assert finding.refuses
    assert finding.message == case.says.format(address=made.design.machine(case.host).address)
    assert finding.remediation == BY_ID[case.id].CHECK.remediation
    assert bool(judged(case.id, fleet(made, fresh=False))) != case.fresh_only


NEEDS = {
    "PRE002": "system", "PRE003": "system", "PRE004": "disks", "PRE005": "system", "PRE006": "clock",
    "PRE007": "system", "PRE008": "ports", "PRE009": "modules", "PRE010": "reach", "PRE011": "fsync",
    "PRE012": "leftovers", "PRE013": "system", "PRE014": "etcd_data", "PRE016": "clock",
}  # fmt: skip


LENIENT = {"modules", "leftovers", "etcd_data", "ports"}
"""Facts that make something of any output."""


@pytest.mark.parametrize(
    ("id_", "fact", "garbage"),
    [
        (id_, fact, garbage)
        for id_, fact in NEEDS.items()
        for garbage in (False, True)
        if not garbage & (fact in LENIENT)
    ],
)
def test_a_check_without_its_fact_is_unknown(id_: str, fact: str, garbage: bool) -> None:
    made = world()
    for name in ("a-etcd1", "a-cp1"):
        if garbage:
            made.boxes[name].more[fact] = b"garbage"
        else:
            made.boxes[name].without.add(fact)
    found = judged(id_, fleet(made))
    assert {each.verdict for each in found.values()} == {Verdict.UNKNOWN}


def test_a_machine_that_does_not_answer_fails_and_is_judged_by_nothing_else() -> None:
    made = world()
    findings = preflight(fleet(made, gone="c-etcd1"), (), "2026-11-23")
    (finding,) = [each for each in findings if each.where == "c-etcd1"]
    assert (finding.id, finding.verdict, finding.message) == ("PRE001", Verdict.FAIL, "connection refused")
    assert {each.verdict for each in findings if each is not finding} == {Verdict.PASS}


def test_one_wrong_clock_never_accuses_the_others_and_read_time_counts() -> None:
    made = world("single")
    made.boxes[made.design.machines[0].name].more["clock"] = b"5.0\nno\n"
    assert judged("PRE006", fleet(made)) == {}


@pytest.mark.parametrize(
    ("shift", "says"), [(-3600.0, "it is 3600 s ahead of the machines"), (3600.0, "it is 3600 s behind the machines")]
)
def test_a_wrong_clock_of_the_operator_is_refused_before_it_issues_anything(shift: float, says: str) -> None:
    """A certificate of a clock that is an hour ahead is not valid yet where it is brought to."""
    made = world()
    for name, box in made.boxes.items():
        now = float(box.facts().raw["clock"].split()[0])
        made.boxes[name].more["clock"] = f"{now + shift}\nyes\n".encode()
    assert judged("PRE006", fleet(made)) == {}
    (finding,) = judged("PRE016", fleet(made)).values()
    assert (finding.where, finding.verdict, finding.refuses) == ("operator", Verdict.FAIL, True)
    assert finding.message.startswith(says)


def test_one_machine_whose_clock_is_wrong_is_not_the_operators_fault() -> None:
    made = world()
    made.boxes["a-cp1"].more["clock"] = b"5.0\nno\n"
    assert list(judged("PRE006", fleet(made))) == ["a-cp1"]
    assert judged("PRE016", fleet(made)) == {}


def test_twins_are_both_named() -> None:
    made = world()
    made.boxes["a-cp1"].system["machine_id"] = made.boxes["b-cp1"].system["machine_id"] = "twin"
    made.boxes["c-cp1"].system["hostname"] = "a-lb1"
    found = judged("PRE007", fleet(made))
    assert {name: each.message for name, each in found.items()} == {
        "a-cp1": "shares the machine-id twin",
        "b-cp1": "shares the machine-id twin",
        "c-cp1": "shares the hostname a-lb1",
        "a-lb1": "shares the hostname a-lb1",
    }


def test_etcds_disk_and_cgroups_only_warn_in_the_lab() -> None:
    made = world(nested=True)
    made.boxes["c-etcd1"].more["fsync"] = SLOW
    found = fleet(made, lab=True)
    for id_ in ("PRE005", "PRE011"):
        findings = judged(id_, found)
        assert findings
        assert {each.severity for each in findings.values()} == {Severity.WARNING}
        assert not any(each.refuses for each in findings.values())


def test_roles_that_share_a_machine_share_cores_and_add_memory() -> None:
    (machine,) = design_of("single").machines
    cores, memory = cores_and_memory.floor(machine)
    assert cores == 2
    assert memory >= 1700 + 900 + 900
    assert ports_free.needed(design_of("single"), machine) >= {2379, 2380, 6443, 10250, 10256}


@pytest.mark.parametrize(
    ("with_data", "started", "formed", "wrong"),
    [
        ((), (), (), {}),
        (("a-etcd1",), (), (), {}),
        (("a-etcd1", "a-etcd2"), ("a-etcd2",), (), {}),
        (
            ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2"),
            ("c-etcd1",),
            (),
            {"c-etcd1": "its data directory is gone while other members live"},
        ),
        (
            ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2"),
            (),
            ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2", "c-etcd1"),
            {"c-etcd1": "its data directory is gone while other members live"},
        ),
        (
            ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2"),
            (),
            ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2"),
            {"c-etcd1": "is not a member of the living cluster"},
        ),
    ],
)
def test_etcd_members_belong_together(
    with_data: tuple[str, ...], started: tuple[str, ...], formed: tuple[str, ...], wrong: dict[str, str]
) -> None:
    made, full = world(), World.converged()
    wal(*with_data)(made)
    for name in started:
        made.boxes[name].units = full.boxes[name].units
    found = judged("PRE014", fleet(made, formed=formed))
    assert {name: each.message for name, each in found.items()} == wrong


@pytest.mark.parametrize(
    ("started", "formed", "wrong"), [(False, False, False), (True, False, True), (False, True, True)]
)
def test_a_member_that_the_others_founded_the_cluster_without_may_follow(
    started: bool, formed: bool, wrong: bool
) -> None:
    """A first run that ends between the starts of two members leaves a cluster that counts on one that never ran."""
    made = World.converged()
    box = made.boxes["c-etcd1"]
    box.etcd_data = False
    if not started:
        box.units = world().boxes["c-etcd1"].units
    names = [machine.name for machine in made.design.with_role(Role.ETCD)]
    members = tuple(Member(id=name, name=name, learner=False, peer_urls=()) for name in names)
    asked = fleet(made, fresh=False, formed=tuple(names) if formed else ())
    asked = replace(asked, membership=Membership(members=members, healthy=frozenset(names[:-1])))
    assert list(judged("PRE014", asked)) == (["c-etcd1"] if wrong else [])


def test_space_that_df_does_not_tell_is_unknown() -> None:
    made = world()
    made.boxes["a-cp1"].more["disks"] = b"/opt 9 9999999\n/var/log 9 9999999\n"
    (finding,) = judged("PRE004", fleet(made)).values()
    assert (finding.verdict, finding.message) == (Verdict.UNKNOWN, "df does not tell about /var/lib")


def test_our_own_machines_pass() -> None:
    made = world()
    converged = World.converged()
    for name, box in converged.boxes.items():
        box.more = made.boxes[name].more
        box.leftovers += ["/etc/cni/net.d/10-seakeep.conflist", "unit:etcd.service:/etc/systemd/system/x:active"]
    findings = preflight(fleet(converged, fresh=False), (), "2026-11-23")
    assert {each.verdict for each in findings} == {Verdict.PASS}


def test_the_registry_equals_the_folder_in_the_order_of_the_ids() -> None:
    files = {module.name for module in pkgutil.iter_modules(seakeep.checks.preflight.__path__)} - {"registry"}
    assert {module.__name__.rpartition(".")[2] for module in CHECKS} == files
    assert [module.CHECK.id for module in CHECKS] == [f"PRE{number:03}" for number in range(1, len(CHECKS) + 1)]


@pytest.mark.parametrize("module", CHECKS, ids=lambda module: module.CHECK.id)
def test_every_check_explains_itself(module: ModuleType) -> None:
    text = module.__doc__ or ""
    places = [text.find(word) for word in ("What:", "Why:", "Evidence:", "Fix:")]
    assert all(place > 0 for place in places)
    assert places == sorted(places)
    check = module.CHECK
    assert check.title
    assert check.remediation
    assert check.since
