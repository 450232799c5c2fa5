"""The proof: a step that fails is a FAIL with its evidence, and nothing of it stays behind."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from tests.unit.engine.sim import FakeClock
from tests.unit.phases.world import design_of

from seakeep.core.progress import Silent
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.flows.kubectl import Kubectl
from seakeep.flows.proof import Proof, prove
from seakeep.transport.api import ApiError
from seakeep.transport.base import Result

from .world import FakeApi

DESIGN = design_of()
WORKERS = [machine.name for machine in DESIGN.with_role(Role.WORKER)]
ALL = [f"PROOF00{number}" for number in range(1, 10)]


@dataclass
class Cluster:
    """An API on which everything works, but for the paths in `spoilt` (method, and a part of the path)."""

    spoilt: dict[tuple[str, str], Any] = field(default_factory=dict)
    nodes: list[str] = field(default_factory=lambda: list(WORKERS))
    anonymous: dict[str, int] = field(default_factory=lambda: {"/readyz": 200})
    stumbles: dict[str, int] = field(default_factory=dict)
    """What anonymous requests are answered the first time."""
    kubectl: dict[str, Result] = field(default_factory=dict)
    there: set[str] = field(default_factory=set)
    running: bool = False
    lingers: bool = False
    unknown_to_dns: float = 0
    """Seconds that the name of the Service stays unknown unless CoreDNS is started again."""
    renewed: list[str] = field(default_factory=list)
    clock: FakeClock = field(default_factory=FakeClock)

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        for (verb, part), answer in self.spoilt.items():
            if verb == method and part in path:
                if isinstance(answer, Exception):
                    raise answer
                return cast("tuple[int, Any]", answer)
        if path.partition("?")[0].endswith("/namespaces"):
            return 200, {"items": [{"metadata": {"name": name}} for name in self.there]}
        namespace = path.partition("?")[0].partition("/namespaces/")[2]
        if "/" not in namespace:
            if method == "GET":
                return self._namespace(namespace)
            (self.there.add if method == "PATCH" else self.there.discard)(namespace)
            return 200, {}
        if namespace.endswith("/deployments/web"):
            self.running = method == "PATCH"
            return 200, {}
        if "/proxy/dial" in path:
            asked = path.partition("host=")[2].partition("&")[0]
            if asked.startswith("web.") and self.clock.monotonic() < self.unknown_to_dns and not self.renewed:
                return 200, {"errors": [f"lookup {asked} on 10.96.0.10:53: no such host"]}
            name = f"web-{asked[-1]}" if asked.startswith("10.244.") else "web-0"
            return 200, {"responses": [name]}
        if namespace.endswith("/pods"):
            return 200, {"items": [pod(number, name) for number, name in enumerate(self.nodes if self.running else [])]}
        return 200, {"spec": {"clusterIP": "10.96.0.99"}}

    def _namespace(self, name: str) -> tuple[int, Any]:
        if name in self.there:
            return 200, {"metadata": {"name": name}}
        going = {"metadata": {"name": name, "deletionTimestamp": "2026-11-25T12:00:00Z"}}
        return (200, going) if self.lingers else (404, {})

    def _anonymous(self, path: str) -> int:
        return self.stumbles.pop(path, None) or self.anonymous.get(path, 401)

    async def run(self, *arguments: str) -> Result:
        words = {"logs": Result(0, b"one line\n", ""), "exec": Result(0, b"", ""), **self.kubectl}
        return words[arguments[2]]

    async def renew(self, why: str) -> None:
        self.renewed.append(why)

    async def prove(self) -> dict[str, tuple[Verdict, str]]:
        anonymous = FakeApi(lambda method, path: (self._anonymous(path), b""))
        proof = Proof(
            design=DESIGN,
            api=FakeApi(self.answer),
            anonymous=anonymous,
            kubectl=cast("Kubectl", self),
            clock=self.clock,
            progress=Silent(),
            restricted=True,
            renew_dns=self.renew,
        )
        return {each.id: (each.verdict, each.message) for each in await prove(proof)}


def pod(number: int, node: str) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": "True"}]
    return {
        "metadata": {"name": f"web-{number}"},
        "spec": {"nodeName": node},
        "status": {"phase": "Running", "podIP": f"10.244.0.{number}", "conditions": conditions},
    }


async def test_all_is_proven_and_nothing_stays() -> None:
    cluster = Cluster()
    found = await cluster.prove()
    assert sorted(found) == ALL
    assert {verdict for verdict, _ in found.values()} == {Verdict.PASS}
    assert cluster.there == set()
    assert found["PROOF006"][1].startswith("web-0 asked web.seakeep-proof-")


async def test_what_a_proof_left_that_was_killed_is_removed() -> None:
    cluster = Cluster(there={"seakeep-proof-000001"})
    assert {verdict for verdict, _ in (await cluster.prove()).values()} == {Verdict.PASS}
    assert cluster.there == set()


async def test_a_namespace_that_is_being_deleted_is_not_waited_for() -> None:
    verdict, message = (await Cluster(lingers=True).prove())["PROOF009"]
    assert verdict is Verdict.PASS
    assert message.endswith("is being deleted")


CLOSED = ApiError("connection lost", status=0)
SPOILT: dict[str, tuple[tuple[str, str], Any, str, str]] = {
    "no namespace": (("PATCH", "proof"), (403, {"message": "forbidden"}), "PROOF003", "forbidden"),
    "no deployment": (("PATCH", "deployments"), (500, {"message": "broken"}), "PROOF003", "broken"),
    "no pods": (("GET", "/pods"), (200, {"items": []}), "PROOF003", "0 of 2 pods ready: none made yet"),
    "pods nobody can read": (("GET", "/pods"), (200, b"<html>"), "PROOF003", "not understood"),
    "no service": (("GET", "services/web"), CLOSED, "PROOF003", "connection lost"),
    "no way to the other pod": (
        ("GET", "host=10.244."),
        (200, {"errors": ["i/o timeout"]}),
        "PROOF004",
        "i/o timeout",
    ),
    "no cluster address": (("GET", "host=10.96."), (503, b"no endpoints"), "PROOF005", "answered 503: no endpoints"),
    "a stranger answers": (("GET", "host=10.96."), (200, {"responses": ["x"]}), "PROOF005", "answered by ['x']"),
    "no name": (("GET", "host=web."), (200, b"nonsense"), "PROOF006", "not understood"),
    "pods that stay": (("DELETE", "deployments"), (409, {"message": "busy"}), "PROOF009", "busy"),
    "a namespace that stays": (
        ("DELETE", "/api/v1/namespaces/"),
        (409, {"message": "busy"}),
        "PROOF009",
        "is still there (200)",
    ),
}


@pytest.mark.parametrize("case", SPOILT)
async def test_a_step_that_fails_is_a_fail_with_evidence_and_the_namespace_goes(case: str) -> None:
    where, answer, proof, evidence = SPOILT[case]
    cluster = Cluster(spoilt={where: answer})
    found = await cluster.prove()
    failed = {id_: message for id_, (verdict, message) in found.items() if verdict is not Verdict.PASS}
    # Whether pods are gone cannot be told where they cannot be read.
    unread = ["PROOF009"] if case == "pods nobody can read" else []
    assert list(failed) == [proof, *unread]
    assert evidence in failed[proof]
    assert "PROOF009" in found
    assert (cluster.there == set()) == (case != "a namespace that stays")


async def test_a_coredns_that_has_lost_the_api_is_started_again() -> None:
    cluster = Cluster(unknown_to_dns=60)
    found = await cluster.prove()
    assert {verdict for verdict, _ in found.values()} == {Verdict.PASS}
    assert cluster.renewed == ["CoreDNS did not know a Service that had been there for 10 s"]
    assert found["PROOF006"][1].endswith("after CoreDNS was started again: it had not heard from the API")


async def test_a_coredns_that_is_only_a_moment_late_is_left_alone() -> None:
    cluster = Cluster(unknown_to_dns=5)
    assert {verdict for verdict, _ in (await cluster.prove()).values()} == {Verdict.PASS}
    assert cluster.renewed == []


async def test_what_is_wrong_elsewhere_is_no_reason_to_start_coredns_again() -> None:
    cluster = Cluster(spoilt={("GET", "host=web."): (200, {"errors": ["i/o timeout"]})})
    verdict, message = (await cluster.prove())["PROOF006"]
    assert (verdict, cluster.renewed) == (Verdict.FAIL, [])
    assert "i/o timeout" in message


RESET = (
    'Service "web" is invalid: spec.clusterIPs: Invalid value: [""]: failed to allocate IP: rpc error: '
    "code = Unavailable desc = error reading from server: read tcp 10.77.3.21:47752->10.77.1.11:2379: read: "
    "connection reset by peer"
)
"""What an API server said whose connection led to a machine that had been replaced."""


@pytest.mark.parametrize(
    ("status", "message"),
    [(status, "etcdserver: leader changed") for status in (0, 404, 429, 500, 503)] + [(422, RESET)],
)
@pytest.mark.parametrize(
    ("verb", "part"), [("PATCH", "services"), ("DELETE", "deployments/web"), ("DELETE", "/api/v1/namespaces/")]
)
async def test_an_api_that_stumbles_once_is_asked_again(verb: str, part: str, status: int, message: str) -> None:
    cluster = Cluster()
    answer, stumbled = cluster.answer, False

    def stumbling(method: str, path: str) -> tuple[int, Any]:
        nonlocal stumbled
        if method == verb and part in path and not stumbled:
            stumbled = True
            raise ApiError(message, status=status)
        return answer(method, path)

    cluster.answer = stumbling  # type: ignore[method-assign]
    assert {verdict for verdict, _ in (await cluster.prove()).values()} == {Verdict.PASS}
    assert stumbled


async def test_pods_that_all_land_on_one_worker_are_no_spread() -> None:
    found = await Cluster(nodes=[WORKERS[0]] * 2).prove()
    assert found["PROOF003"] == (Verdict.FAIL, f"2 pods on {WORKERS[0]}")


@pytest.mark.parametrize(
    ("answers", "proof"),
    [({"/readyz": 401}, "PROOF001"), ({"/readyz": 200, "/version": 200}, "PROOF002")],
)
async def test_anonymous_requests(answers: dict[str, int], proof: str) -> None:
    found = await Cluster(anonymous=answers).prove()
    assert [id_ for id_, (verdict, _) in found.items() if verdict is Verdict.FAIL] == [proof]


@pytest.mark.parametrize(("path", "status"), [("/readyz", 500), ("/version", 503)])
async def test_an_anonymous_request_that_nobody_could_answer_is_sent_again(path: str, status: int) -> None:
    cluster = Cluster(stumbles={path: status})
    assert {verdict for verdict, _ in (await cluster.prove()).values()} == {Verdict.PASS}
    assert cluster.stumbles == {}


@pytest.mark.parametrize(
    ("word", "result", "proof", "evidence"),
    [
        ("logs", Result(0, b"\n", ""), "PROOF007", "nothing was logged"),
        ("logs", Result(1, b"", "no such pod\n"), "PROOF007", "ended with 1: no such pod"),
        ("exec", Result(1, b"TIMEOUT\n", ""), "PROOF008", "ended with 1: TIMEOUT"),
    ],
)
async def test_kubectl(word: str, result: Result, proof: str, evidence: str) -> None:
    verdict, message = (await Cluster(kubectl={word: result}).prove())[proof]
    assert verdict is Verdict.FAIL
    assert evidence in message


async def test_even_a_bug_leaves_no_namespace() -> None:
    cluster = Cluster(spoilt={("PATCH", "deployments"): RuntimeError("a bug")})
    with pytest.raises(RuntimeError):
        await cluster.prove()
    assert cluster.there == set()
