"""A roster that was lost is found out again from a living cluster: machines, etcd's members, the API's nodes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.phases.world import World

from seakeep.checks.base import Fleet
from seakeep.core.verdict import Verdict
from seakeep.design.known import Known, finished
from seakeep.design.model import Design, Role
from seakeep.flows import planning, recover
from seakeep.flows.roster_found import find_roster
from seakeep.state import pki, roster
from seakeep.transport.api import ApiError

from .etcdsim import SimEtcd
from .world import FakeSession


def node(name: str, address: str, block: str, *, labels: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": labels or {}, "annotations": {"seakeep.io/site": "c"}},
        "spec": {"podCIDR": block},
        "status": {"addresses": [{"type": "Hostname", "address": name}, {"type": "InternalIP", "address": address}]},
    }


class Living(FakeSession):
    """All machines of the example as designed, and the API that they carry."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        for name, box in World.converged().boxes.items():
            self.raw[name] = dict(box.facts().raw)
        etcd = SimEtcd.of(self.design)
        for machine in self.design.with_role(Role.ETCD):
            self.raw[machine.name] |= etcd.facts(machine)
        self.nodes = [node(each.name, str(each.address), str(each.pod_cidr)) for each in self.design.nodes]
        self.version = f"v{self.design.release.kubernetes}"
        self.pods, self.services = str(self.design.network.pod_range), str(self.design.network.service_range)
        self.answer = self.serve

    def serve(self, method: str, path: str) -> tuple[int, Any]:
        assert method == "GET"
        if path == "/api/v1/nodes":
            return 200, {"items": self.nodes}
        if path == "/version":
            return 200, {"gitVersion": self.version}
        if path.endswith("/servicecidrs/kubernetes"):
            return 200, {"spec": {"cidrs": [self.services]}}
        assert path.endswith("/configmaps/kube-flannel")
        return 200, {"data": {"net-conf.json": json.dumps({"Network": self.pods})}}


@pytest.fixture
def living(tmp_path: Path) -> Living:
    return Living(tmp_path)


def without(session: Living, *names: str) -> Design:
    """The file without these machines, which go on living."""
    session.design = replace(
        session.design, machines=tuple(each for each in session.design.machines if each.name not in names)
    )
    return session.design


def refused(session: Living, known: Known) -> set[str]:
    """The changes that a living cluster does not bear."""
    fleet = Fleet(design=session.design, facts={}, fresh=frozenset(), unreachable={}, lab=True, known=known)
    findings = planning.preflight(fleet, (), "2026-11-25")
    return {each.id for each in findings if each.id.startswith("CHG") and each.verdict is Verdict.FAIL}


async def test_an_unchanged_file_gives_the_roster_that_an_apply_would_have_written(living: Living) -> None:
    """But for its serial: where no copy is left, counting begins anew."""
    assert await find_roster(living) == replace(finished(None, living.design), serial=0)


async def test_machines_that_are_in_no_file_any_more_are_found(living: Living) -> None:
    """A node by the API, a member by etcd: both leave with the next apply, as if nothing had been lost."""
    gone = {each.name: each for each in living.design.machines if each.name in ("c-etcd1", "b-worker1")}
    without(living, *gone)
    known = await find_roster(living)
    for name, machine in gone.items():
        found = known.machine(name)
        assert found is not None
        assert (found.address, found.roles, found.pod_cidr) == (machine.address, machine.roles, machine.pod_cidr)


async def test_what_the_cluster_does_not_bear_is_refused_again(living: Living) -> None:
    living.pods, living.services, living.version = "10.9.0.0/16", "10.8.0.0/16", "v1.40.0"
    assert refused(living, await find_roster(living)) >= {"CHG001", "CHG002"}


async def test_a_machine_under_another_name_is_the_one_that_the_api_knows(living: Living) -> None:
    worker = living.design.machine("b-worker1")
    living.nodes = [each for each in living.nodes if each["metadata"]["name"] != "b-worker1"]
    living.nodes.append(node("old", str(worker.address), str(worker.pod_cidr)))
    known = await find_roster(living)
    assert known.machine("b-worker1") is None
    assert "CHG004" in refused(living, known)


async def test_a_new_machine_of_the_file_is_not_part_of_it_and_a_silent_one_only_begun(living: Living) -> None:
    living.raw["a-lb1"]["leftovers"] = b""
    del living.raw["b-lb1"]
    known = await find_roster(living)
    assert known.machine("a-lb1") is None
    assert known.machine("b-lb1") is None
    assert [each.name for each in known.begun] == ["b-lb1"]


async def test_roles_are_those_that_a_machine_lists(living: Living) -> None:
    """The file takes a role away that the machine still plays."""
    living.raw["a-lb1"]["inventory"] += b"unit - etcd.service\n"
    assert refused(living, await find_roster(living)) == {"CHG005"}


async def test_half_a_roster_is_none(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pki, "lost", lambda *_: ())
    monkeypatch.setattr(recover, "_issue_own", lambda _: None)
    living.no_way = ApiError("the API did not answer", status=0)
    (value,) = (await recover.recover(living)).values
    assert (value.name, value.problem) == ("roster.json", "the API did not answer")
    living.no_way = None
    for machine in living.design.with_role(Role.ETCD):
        living.raw[machine.name]["etcd"] = b""
    (value,) = (await recover.recover(living)).values
    assert "quorum" in value.problem
    assert roster.read(living.state) is None


async def test_recover_writes_it_once_and_never_over_another(living: Living, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pki, "lost", lambda *_: ())
    monkeypatch.setattr(recover, "_issue_own", lambda _: None)
    (value,) = (await recover.recover(living)).values
    assert "a-etcd1 (etcd)" in value.source
    living.known = roster.read(living.state)
    assert living.known is not None
    assert (await recover.recover(living)).values == ()


async def test_machines_that_carry_nothing_have_no_roster_to_find(
    living: Living, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pki, "lost", lambda *_: ())
    for raw in living.raw.values():
        raw["leftovers"] = b""
    assert (await recover.recover(living)).values == ()
    assert roster.read(living.state) is None
