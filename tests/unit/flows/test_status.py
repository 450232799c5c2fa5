"""status: judged from what machines and the API say; what does not answer is unknown, never healthy."""

from dataclasses import replace
from datetime import date
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

import pytest
from tests.unit.facts.cases import FOLDER

from seakeep.core.errors import Exit, MachineError
from seakeep.core.verdict import Verdict
from seakeep.design.model import Fence, Role
from seakeep.flows.status import status
from seakeep.report.status import StatusReport
from seakeep.state import pki

from .world import FakeSession, no_api

LEADER = (FOLDER / "etcd" / "leader.out").read_bytes()
FOLLOWER = (FOLDER / "etcd" / "follower.out").read_bytes()


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with one authority: enough for a date."""
    folder = tmp_path_factory.mktemp("issued")
    session = FakeSession(folder)
    pki.issue(session.state, session.design, "pki/etcd/ca.crt", session.clock)
    return folder


@pytest.fixture
def healthy(issued: Path) -> FakeSession:
    """A cluster on which all is well."""
    session = FakeSession(issued)
    for machine in session.design.machines:
        session.raw[machine.name] = {"kubelet_cert": b"", "clock": b"1\nyes\n"}
        if machine.has(Role.ETCD):
            session.raw[machine.name]["etcd"] = LEADER if machine.name == "a-etcd1" else FOLLOWER
        if machine.has(Role.CONTROL_PLANE):
            session.raw[machine.name]["apiserver"] = b"200"
        if machine.has(Role.LOAD_BALANCER):
            session.raw[machine.name]["vip"] = b"holds\n200\n" if machine.name == "a-lb1" else b"200\n"
    session.answer = served(session)
    return session


async def test_who_is_fenced_is_told(healthy: FakeSession) -> None:
    healthy.design = replace(healthy.design, fences=(Fence("x-lb9", IPv4Address("10.77.9.31"), date(2026, 11, 26)),))
    report = await status(healthy)
    (fenced,) = report.fenced
    assert (fenced.name, fenced.address, fenced.since) == ("x-lb9", "10.77.9.31", "2026-11-26")
    told = [str(each) for each in report.document()]
    assert any("x-lb9 (10.77.9.31) since 2026-11-26" in each for each in told)


def served(session: FakeSession, **other: Any) -> Any:
    """The API's answers by the last part of the path."""
    nodes = [node(machine.name, f"v{session.design.release.kubernetes}") for machine in session.design.nodes]
    pods = [{"spec": {"nodeName": name}, "status": {"phase": "Running"}} for name in ("a-worker1", "b-cp1")]
    answers = {
        "readyz": (200, b"ok"),
        "nodes": (200, {"items": nodes}),
        "coredns": (200, {"status": {"availableReplicas": session.design.dns_replicas}}),
        "pods": (200, {"items": pods}),
        **other,
    }
    return lambda method, path: answers[path.partition("?")[0].rpartition("/")[2]]


def node(name: str, version: str, ready: str = "True") -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": ready, "message": "container runtime is down"}]
    return {"metadata": {"name": name}, "status": {"conditions": conditions, "nodeInfo": {"kubeletVersion": version}}}


def wrong(report: StatusReport) -> dict[tuple[str, str], tuple[Verdict, str]]:
    return {(f.title, f.where): (f.verdict, f.message) for f in report.findings if f.verdict is not Verdict.PASS}


async def test_all_is_well(healthy: FakeSession) -> None:
    report = await status(healthy)
    assert wrong(report) == {}
    assert (report.verdict, report.exit_code) == (Verdict.PASS, Exit.OK)
    assert [(m.name, m.healthy, m.leader) for m in report.etcd.members][:2] == [
        ("a-etcd1", True, True),
        ("a-etcd2", True, False),
    ]
    assert (report.endpoint.holder, report.endpoint.ready) == ("a-lb1", True)
    assert report.dns.sites == ("a", "b")
    assert report.certificates.name == "pki/etcd/ca.crt"
    assert report.errors == ()


SITUATIONS: dict[str, tuple[str, str, bytes, tuple[str, str], Verdict, str]] = {
    "a member that does not serve": ("b-etcd1", "etcd", b"", ("etcd", "b-etcd1"), Verdict.FAIL, "does not serve"),
    "a member with an alarm": (
        "b-etcd1",
        "etcd",
        (FOLDER / "etcd" / "learner-with-alarm.out").read_bytes(),
        ("etcd", "b-etcd1"),
        Verdict.FAIL,
        "memberID:14049944803559889295 alarm:NOSPACE ",
    ),
    "a member without quorum": (
        "b-etcd1",
        "etcd",
        (FOLDER / "etcd" / "no-quorum.out").read_bytes(),
        ("etcd", "b-etcd1"),
        Verdict.FAIL,
        "sees no quorum",
    ),
    "a member that lags": (
        "a-etcd1",
        "etcd",
        LEADER.replace(b'"revision":4764', b'"revision":64', 1),
        ("etcd", "a-etcd1"),
        Verdict.FAIL,
        "is 4694 revisions behind",
    ),
    "a member that talks nonsense": (
        "b-etcd1",
        "etcd",
        b"nonsense",
        ("etcd", "b-etcd1"),
        Verdict.UNKNOWN,
        "its state could not be read",
    ),
    "an API server that is not ready": (
        "a-cp1",
        "apiserver",
        b"500",
        ("apiServers", "a-cp1"),
        Verdict.FAIL,
        "/readyz did not answer 200",
    ),
    "two holders": ("b-lb1", "vip", b"holds\n200\n", ("endpoint", "VIP"), Verdict.FAIL, "held by a-lb1 and b-lb1"),
    "no holder": ("a-lb1", "vip", b"200\n", ("endpoint", "VIP"), Verdict.FAIL, "held by nobody"),
    "a balancer without servers": (
        "b-lb1",
        "vip",
        b"000\n",
        ("endpoint", "b-lb1"),
        Verdict.FAIL,
        "has none that is ready",
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS)
async def test_one_thing_is_wrong(healthy: FakeSession, situation: str) -> None:
    host, fact, output, key, verdict, message = SITUATIONS[situation]
    healthy.raw[host][fact] = output
    report = await status(healthy)
    assert wrong(report) == {key: (verdict, message)}
    assert report.verdict is verdict
    assert report.exit_code == (Exit.NEGATIVE if verdict is Verdict.FAIL else Exit.UNDECIDED)


@pytest.mark.parametrize("host", ["b-etcd1", "a-cp1", "b-lb1"])
async def test_a_machine_that_does_not_answer_is_unknown(healthy: FakeSession, host: str) -> None:
    del healthy.raw[host]
    report = await status(healthy)
    assert {verdict for verdict, _ in wrong(report).values()} == {Verdict.UNKNOWN}
    assert {subject for _, subject in wrong(report)} == {host}
    assert [error.subject for error in report.errors] == [host]
    assert report.exit_code is Exit.UNDECIDED


async def test_the_holder_is_unknown_while_a_silent_balancer_may_hold_it(healthy: FakeSession) -> None:
    del healthy.raw["a-lb1"]
    found = wrong(await status(healthy))
    assert found["endpoint", "VIP"] == (Verdict.UNKNOWN, "nobody seen holding it; a-lb1 did not answer")


async def test_a_failure_outweighs_what_is_unknown(healthy: FakeSession) -> None:
    del healthy.raw["b-etcd1"]
    healthy.raw["a-cp1"]["apiserver"] = b"000"
    assert (await status(healthy)).verdict is Verdict.FAIL


async def test_an_endpoint_that_refuses_is_a_failure_and_the_rest_is_unknown(healthy: FakeSession) -> None:
    healthy.answer = no_api
    report = await status(healthy)
    verdicts = {area: verdict for (area, _), (verdict, _) in wrong(report).items()}
    assert verdicts == {"endpoint": Verdict.FAIL, "nodes": Verdict.UNKNOWN, "dns": Verdict.UNKNOWN}
    assert (report.endpoint.ready, report.dns.ready, report.nodes[0].ready) == (False, None, None)


async def test_without_a_way_to_ask_the_endpoint_is_unknown(healthy: FakeSession) -> None:
    healthy.no_way = MachineError("no route", host="a-cp1")
    report = await status(healthy)
    assert {verdict for verdict, _ in wrong(report).values()} == {Verdict.UNKNOWN}
    assert report.endpoint.ready is None


@pytest.mark.parametrize("answer", [(403, b"{}"), (200, b"<html>"), (200, {"items": [1]})])
async def test_nodes_that_are_not_told_are_unknown_though_the_endpoint_answers(
    healthy: FakeSession, answer: tuple[int, Any]
) -> None:
    healthy.answer = served(healthy, nodes=answer)
    report = await status(healthy)
    assert {area for area, _ in wrong(report)} == {"nodes", "dns"}
    assert {verdict for verdict, _ in wrong(report).values()} == {Verdict.UNKNOWN}
    assert report.endpoint.ready is True


async def test_nodes_are_judged_one_by_one(healthy: FakeSession) -> None:
    version = f"v{healthy.design.release.kubernetes}"
    nodes = [node("a-cp1", version), node("b-cp1", version, ready="False"), node("c-cp1", "v1.36.3")]
    healthy.answer = served(healthy, nodes=(200, {"items": nodes}))
    assert wrong(await status(healthy)) == {
        ("nodes", "b-cp1"): (Verdict.FAIL, "container runtime is down"),
        ("nodes", "c-cp1"): (Verdict.FAIL, f"runs v1.36.3, wanted {version}"),
        ("nodes", "a-worker1"): (Verdict.FAIL, "is not in the cluster"),
        ("nodes", "b-worker1"): (Verdict.FAIL, "is not in the cluster"),
    }


async def test_a_missing_replica_of_dns_is_a_failure(healthy: FakeSession) -> None:
    healthy.answer = served(healthy, coredns=(200, {"status": {"availableReplicas": 1}}))
    message = f"1 of {healthy.design.dns_replicas} replicas available"
    assert wrong(await status(healthy)) == {("dns", "coredns"): (Verdict.FAIL, message)}


async def test_the_kubelets_own_certificate_counts_and_a_near_end_fails(healthy: FakeSession) -> None:
    pem = (FOLDER / "kubelet_cert" / "rotated.out").read_bytes()
    healthy.raw["a-worker1"]["kubelet_cert"] = pem
    report = await status(healthy)
    assert report.certificates.name == "kubelet/a-worker1"
    healthy.clock.time = 340 * 86400  # type: ignore[attr-defined]
    assert wrong(await status(healthy))["certificates", "kubelet/a-worker1"][0] is Verdict.FAIL


async def test_a_kubelet_certificate_that_cannot_be_read_does_not_end_the_status(healthy: FakeSession) -> None:
    healthy.raw["a-worker1"]["kubelet_cert"] = b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"
    assert (await status(healthy)).verdict is Verdict.PASS


async def test_a_cluster_without_balancers_has_no_holder(tmp_path: Path) -> None:
    session = FakeSession(tmp_path, "single")
    report = await status(session)
    assert (report.endpoint.vip, report.endpoint.holder) == (None, None)
    assert report.verdict is Verdict.FAIL
