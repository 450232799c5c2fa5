"""What a living cluster does not bear: each refused with its reason and what to do instead."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from tests.unit.flows.etcdsim import SimEtcd
from tests.unit.phases.world import EXAMPLES, World, design_of

from seakeep.artifacts.common import BIN
from seakeep.checks.base import Fleet
from seakeep.checks.change.registry import CHECKS
from seakeep.core.errors import RefusedError, SpecError
from seakeep.core.verdict import Verdict
from seakeep.design.complete import complete
from seakeep.design.known import Known, Replacing, known_of
from seakeep.design.model import Waiver
from seakeep.facts.members import changes, membership_of
from seakeep.flows.planning import located, preflight, refuse
from seakeep.spec.load import parse

TEXT = (EXAMPLES / "three-sites.yaml").read_text()
KNOWN = known_of(design_of(), machines=design_of().machines)
CP0 = "    - {name: b-cp0, address: 10.77.2.20, site: b, roles: [control-plane]}\n"


def fleet(
    *edits: tuple[str, str],
    known: Known | None = KNOWN,
    etcd: SimEtcd | None = None,
    replacing: Replacing | None = None,
    fresh: tuple[str, ...] = (),
) -> Fleet:
    """The living three-site cluster, and its file with words changed."""
    text = TEXT
    for old, new in edits:
        assert old in text
        text = text.replace(old, new)
    design = complete(parse(text.encode(), Path("cluster.yaml")), known)
    etcd = etcd or SimEtcd.of(design_of())
    made = World.converged()
    facts = {}
    for machine in {m.name: m for m in (*design_of().machines, *design.machines)}.values():
        box = made.boxes.get(machine.name) or replace(made.boxes["a-lb1"], machine=machine, more={})
        box.more = {**box.more, **etcd.facts(machine)}
        facts[machine.name] = box.facts()
    membership = membership_of(facts)
    facts = {machine.name: facts[machine.name] for machine in design.machines}
    return Fleet(
        design=design,
        facts=facts,
        fresh=frozenset(fresh),
        unreachable={},
        lab=False,
        known=known,
        membership=membership,
        replacing=replacing,
        member_changes=changes(design, facts, membership, replacing),
    )


def found(asked: Fleet) -> dict[str, str]:
    """id -> where and message, of what is not a pass."""
    notes = [note for module in CHECKS for note in module.judge(asked)]
    return {note.id: f"{note.where}: {note.message}" for note in notes if note.verdict is not Verdict.PASS}


def test_the_line_of_the_file_is_named() -> None:
    """A machine's entry, or the field."""
    for edits, where in (
        ([("address: 10.77.1.41", "address: 10.77.1.49")], "name: a-worker1,"),
        ([("  lab: {}", "  network: {podRange: 10.200.0.0/16}\n  lab: {}")], "podRange"),
        ([("1.37.2", "1.36.3")], "1.36.3"),
    ):
        text = TEXT
        for old, new in edits:
            text = text.replace(old, new)
        loaded = parse(text.encode(), Path("cluster.yaml"))
        (line,) = [number for number, each in enumerate(text.splitlines(), 1) if where in each]
        with pytest.raises(RefusedError, match=rf"\n *cluster.yaml:{line}: ") as caught:
            refuse(located(preflight(fleet(*edits), (), "2026-11-25"), loaded), file=loaded.path)
        assert caught.value.message.count("cluster.yaml:") == 1


def test_what_the_file_changes_about_a_machine_that_does_not_answer_is_refused_as_well() -> None:
    """The others would be told to look for it at its new address."""
    asked = fleet(("address: 10.77.1.41", "address: 10.77.1.49"))
    with pytest.raises(RefusedError, match="CHG003"):
        refuse(preflight(asked, (), "2026-11-25"), absent={"a-worker1"})


RENAME = ("name: a-etcd1, address: 10.77.1.11", "name: a-etcd3, address: 10.77.1.13")
RENAME2 = ("name: b-etcd1, address: 10.77.2.11", "name: b-etcd3, address: 10.77.2.13")


@pytest.mark.parametrize(
    ("edits", "id_", "says"),
    [
        (
            [("  lab: {}", "  network: {podRange: 10.200.0.0/16}\n  lab: {}")],
            "CHG001",
            "spec.network.podRange: the cluster lives with 10.244.0.0/16, the file says 10.200.0.0/16",
        ),
        (
            [("  lab: {}", "  network: {serviceRange: 10.97.0.0/16}\n  lab: {}")],
            "CHG001",
            "spec.network.serviceRange: the cluster lives with 10.96.0.0/16, the file says 10.97.0.0/16",
        ),
        (
            [("site: a, roles: [worker], pool: hot", "site: a, roles: [worker], pool: hot, podRange: 10.244.99.0/24")],
            "CHG001",
            "a-worker1: the node lives with the block 10.244.3.0/24, the file gives it 10.244.99.0/24",
        ),
        (
            [("address: 10.77.1.41", "address: 10.77.1.49")],
            "CHG003",
            "a-worker1: it is at 10.77.1.41, the file says 10.77.1.49",
        ),
        (
            [("name: a-worker1", "name: a-renamed")],
            "CHG004",
            "a-renamed: 10.77.1.41 is the address of a-worker1, which is part of the cluster",
        ),
        (
            [("site: a, roles: [worker], pool: hot", "site: a, roles: [load-balancer]")],
            "CHG005",
            "a-worker1: it has the role worker, the file takes it away",
        ),
        (
            [(f"{s}-cp1, address: 10.77.{n}.21", f"{s}-cp2, address: 10.77.{n}.22") for n, s in enumerate("abc", 1)],
            "CHG006",
            "spec.machines: none of a-cp1, b-cp1, c-cp1 stays",
        ),
        (
            [(f"{s}-lb1, address: 10.77.{n}.31", f"{s}-lb2, address: 10.77.{n}.32") for n, s in enumerate("ab", 1)],
            "CHG007",
            "spec.machines: none of a-lb1, b-lb1 stays",
        ),
        (
            [RENAME, RENAME2],
            "CHG008",
            "spec.machines: 2 members would be replaced at once: out a-etcd1, b-etcd1; in a-etcd3, b-etcd3",
        ),
    ],
)
def test_what_is_refused(edits: list[tuple[str, str]], id_: str, says: str) -> None:
    asked = fleet(*edits)
    assert found(asked)[id_] == says
    with pytest.raises(RefusedError, match="does not bear this change; nothing was changed") as caught:
        refuse(preflight(asked, (), "2026-11-25"))
    remediation = next(module.CHECK.remediation for module in CHECKS if id_ == module.CHECK.id)
    assert remediation in caught.value.message


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("1.37.2", "1.36.3", "a downgrade"),
        ("1.37.9", "1.37.2", "a downgrade"),
        ("1.35.4", "1.37.2", "would be skipped"),
        ("1.36.3", "1.37.2", ""),
        ("1.37.2", "1.37.2", ""),
        ("1.37.1", "1.37.2", ""),
    ],
)
def test_versions_go_up_one_minor_at_a_time(old: str, new: str, says: str) -> None:
    asked = fleet(("version: v1.37.2", f"version: v{new}"), known=replace(KNOWN, kubernetes=old))
    notes = found(asked)
    assert says in notes.get("CHG002", "") if says else "CHG002" not in notes


@pytest.mark.parametrize(
    ("upgrade", "silent", "says"),
    [
        ("1.37.3", "b-cp1", "an upgrade to 1.37.3 was begun, the file says 1.37.2, and b-cp1 may have got it"),
        ("1.37.3", "", ""),
        ("1.37.2", "b-cp1", ""),
        ("", "b-cp1", ""),
        ("1.37.3", "a-worker1", ""),
    ],
)
def test_an_upgrade_is_taken_back_only_where_every_control_plane_machine_says_that_it_has_not_got_it(
    upgrade: str, silent: str, says: str
) -> None:
    """Also by an operator who did not begin it: the record is the cluster's."""
    asked = fleet(known=replace(KNOWN, upgrade=upgrade))
    asked = replace(asked, facts={name: facts for name, facts in asked.facts.items() if name != silent})
    assert says in found(asked).get("CHG002", "") if says else "CHG002" not in found(asked)
    if says:
        with pytest.raises(RefusedError, match="CHG002"):
            refuse(preflight(asked, (), "2026-11-25"), absent={silent})


@pytest.mark.parametrize(
    ("target", "says"),
    [
        ("../kubernetes/1.37.3/kube-apiserver", "an upgrade to 1.37.3 was begun and has reached b-cp1"),
        ("../kubernetes/1.36.3/kube-apiserver", ""),
        ("/usr/local/bin/kube-apiserver", ""),
        ("kube-apiserver", ""),
    ],
)
def test_an_upgrade_that_was_begun_is_not_taken_back(target: str, says: str) -> None:
    """The record is of the last apply that came to its end; the machine has what the next one brought."""
    asked = fleet()
    path, box = f"{BIN}/kube-apiserver", World.converged().boxes["b-cp1"]
    box.files[path] = replace(box.files[path], target=target)
    asked = replace(asked, facts={**asked.facts, "b-cp1": box.facts()})
    assert says in found(asked).get("CHG002", "") if says else "CHG002" not in found(asked)


@pytest.mark.parametrize(
    "edits",
    [
        [],
        [RENAME],
        [("    - {name: a-worker1, address: 10.77.1.41, site: a, roles: [worker], pool: hot}\n", "")],
        [("    - {name: a-cp1, address: 10.77.1.21, site: a, roles: [control-plane]}\n", "")],
        [("    - {name: a-lb1, address: 10.77.1.31, site: a, roles: [load-balancer]}\n", "")],
        [
            ("    - {name: a-etcd1, address: 10.77.1.11, site: a, roles: [etcd]}\n", ""),
            ("    - {name: b-etcd1, address: 10.77.2.11, site: b, roles: [etcd]}\n", ""),
        ],
        [("  pools:", "    - {name: c-worker1, address: 10.77.3.41, site: c, roles: [worker]}\n  pools:")],
        [("roles: [worker], pool: cold", "roles: [worker, load-balancer], pool: cold")],
    ],
)
def test_what_a_living_cluster_bears(edits: list[tuple[str, str]]) -> None:
    assert found(fleet(*edits)) == {}


def test_a_cluster_that_was_never_whole_may_still_be_changed_in_any_way() -> None:
    begun = known_of(design_of(), begun=design_of().machines)
    asked = fleet(("address: 10.77.1.41", "address: 10.77.1.49"), ("name: b-worker1", "name: b-renamed"), known=begun)
    assert found(asked) == {}


def test_a_node_keeps_its_block_when_others_come_and_go_before_it() -> None:
    asked = fleet(
        ("    - {name: a-cp1, address: 10.77.1.21, site: a, roles: [control-plane]}\n", ""),
        (
            "    - {name: b-cp1",
            "    - {name: b-cp0, address: 10.77.2.20, site: b, roles: [control-plane]}\n    - {name: b-cp1",
        ),
    )
    before = {machine.name: machine.pod_cidr for machine in design_of().nodes}
    after = {machine.name: machine.pod_cidr for machine in asked.design.nodes}
    assert all(after[name] == block for name, block in before.items() if name in after)
    # Not the block of a node that still has to leave.
    assert after["b-cp0"] not in before.values()


def test_a_removal_that_breaks_the_quorum_is_refused() -> None:
    etcd = SimEtcd.of(design_of())
    etcd.lose("b-etcd1")
    etcd.lose("c-etcd1")
    assert found(fleet(RENAME, etcd=etcd)) == {
        "CHG009": "etcd: removing a-etcd1 would break it: 3 of 5 members are healthy"
    }
    etcd.lose("a-etcd1")
    assert "neither be read nor changed" in found(fleet(RENAME, etcd=etcd))["CHG009"]
    assert found(fleet(etcd=etcd)) == {}


def test_what_is_replaced_has_to_be_gone_unless_it_is_only_etcd() -> None:
    assert "CHG010" in found(fleet(replacing=Replacing("a-cp1")))
    assert found(fleet(replacing=Replacing("a-cp1"), fresh=("a-cp1",))) == {}
    assert found(fleet(replacing=Replacing("a-etcd1", "a0"))) == {}


def test_no_waiver_helps() -> None:
    waivers = tuple(Waiver(id=module.CHECK.id, reason="r", owner="o", expires=date(2030, 1, 1)) for module in CHECKS)
    with pytest.raises(RefusedError, match="CHG003"):
        refuse(preflight(fleet(("address: 10.77.1.41", "address: 10.77.1.49")), waivers, "2026-11-25"))


def test_a_site_that_breaks_the_rules_of_quorum_and_the_last_control_plane_are_refused_by_the_design() -> None:
    site_d = TEXT.replace("sites: [a, b, c]", "sites: [a, b, c, d]")
    for name, site in (("a-etcd1", "a"), ("a-etcd2", "a"), ("b-etcd1", "b")):
        site_d = re.sub(rf"(name: {name}, address: [0-9.]+), site: {site}", r"\1, site: d", site_d)
    with pytest.raises(SpecError, match="site d holds 3 of 5 etcd members: without it 2 are left and quorum is 3"):
        complete(parse(site_d.encode(), Path("cluster.yaml")), KNOWN)
    with pytest.raises(SpecError, match="DES"):
        complete(parse(TEXT.replace("[control-plane]", "[worker]").encode(), Path("cluster.yaml")), KNOWN)
