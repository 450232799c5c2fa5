"""What is made of the API's answers about tenants."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from seakeep.checks.live.base import Proof
from seakeep.design.model import Design
from seakeep.flows import tenant_traffic
from seakeep.flows.tenant_proofs import prove_tenants
from seakeep.transport.api import ApiError
from seakeep.transport.base import Result

from .world import FakeApi, FakeSession

ANSWERS = {
    "privileged": b"violates PodSecurity",
    "taint": b"ValidatingAdmissionPolicy 'seakeep-tenant-pods'",
    "quota": b"exceeded quota: seakeep-quota, seakeep-no-system-priority",
}
GOOD = b" ".join(ANSWERS.values())


def well(method: str, path: str) -> tuple[int, Any]:
    """As a cluster answers that holds: only Deployments of one's own are made."""
    if "/deployments" in path:
        return (201 if method == "POST" else 200), {}
    return 403, GOOD


def design(tmp_path: Path) -> Design:
    return FakeSession(tmp_path, "tenants").design


async def proofs(tmp_path: Path, answer: Callable[[str, str], tuple[int, Any]]) -> dict[str, dict[str, Proof]]:
    found = await prove_tenants(design(tmp_path), FakeApi(answer))
    return {name: dict(tried) for name, tried in found.items()}


async def test_a_cluster_that_holds_passes_for_every_group(tmp_path: Path) -> None:
    found = await proofs(tmp_path, well)
    subjects = {"tenant shop", "tenant bank, group bank-team", "tenant bank, group auditors"}
    assert {name: set(tried) for name, tried in found.items()} == dict.fromkeys(found, subjects)
    assert {proof.held for tried in found.values() for proof in tried.values()} == {True}
    assert len(found) == 6


async def test_everything_is_asked_in_the_groups_name_and_for_a_dry_run(tmp_path: Path) -> None:
    api = FakeApi(well)
    await prove_tenants(design(tmp_path), api)
    assert set(api.groups) == {"shop-team", "bank-team", "auditors"}
    assert [call for call in api.calls if not call.startswith("GET ") and "dryRun=All" not in call] == []


LET_IN = [
    ("tenant-works", lambda m, p: (403, b"") if "/deployments" in p else well(m, p)),
    ("tenant-apart", lambda m, p: (200, {}) if "/namespaces/kube-system/secrets" in p else well(m, p)),
    ("tenant-privileged", lambda m, p: (201, {}) if "/pods?" in p else well(m, p)),
    ("tenant-quota", lambda m, p: (201, {}) if "/pods?" in p else well(m, p)),
    ("tenant-bounds", lambda m, p: (200, {}) if "/resourcequotas/" in p else well(m, p)),
    ("tenant-bounds", lambda m, p: (404, {}) if "/networkpolicies/" in p else well(m, p)),
    ("tenant-cluster", lambda m, p: (200, {}) if "/nodes" in p else well(m, p)),
]


@pytest.mark.parametrize(("name", "answer"), LET_IN)
async def test_who_is_let_in_fails(tmp_path: Path, name: str, answer: Callable[[str, str], tuple[int, Any]]) -> None:
    found = await proofs(tmp_path, answer)
    assert found[name]["tenant shop"].held is False


UNSURE = [
    lambda m, p: (500, b""),
    lambda m, p: (429, b""),
]


@pytest.mark.parametrize("answer", UNSURE)
async def test_an_api_that_stumbles_proves_nothing(
    tmp_path: Path, answer: Callable[[str, str], tuple[int, Any]]
) -> None:
    found = await proofs(tmp_path, answer)
    assert {proof.held for tried in found.values() for proof in tried.values()} == {None}


async def test_an_api_that_does_not_answer_proves_nothing(tmp_path: Path) -> None:
    def silent(method: str, path: str) -> tuple[int, Any]:
        raise ApiError("the API did not answer", status=0)

    found = await proofs(tmp_path, silent)
    assert {proof.held for tried in found.values() for proof in tried.values()} == {None}


@pytest.mark.parametrize("name", ["tenant-privileged", "tenant-quota"])
async def test_a_refusal_for_another_reason_proves_nothing(tmp_path: Path, name: str) -> None:
    found = await proofs(tmp_path, lambda m, p: (403, {"message": "you may not make pods"}))
    assert found[name]["tenant shop"].held is None


async def test_one_let_in_among_unsure_answers_fails(tmp_path: Path) -> None:
    found = await proofs(tmp_path, lambda m, p: (200, {}) if "/nodes" in p else (500, b""))
    assert found["tenant-cluster"]["tenant shop"].held is False


class Exec:
    """Dials as it is told: '' where a connection is made, by the dialling pod's namespace."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers

    async def run(self, *arguments: str, stdin: bytes = b"", timeout: float = 60) -> Result:
        waiting = self.answers[arguments[1]]
        said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        return Result(1 if said else 0, b"", said)


def tools(tmp_path: Path, dials: Exec, pod: dict[str, Any] | None = None, made: int = 201) -> Any:
    running = {"status": {"phase": "Running", "podIP": "10.244.0.9"}}
    answer = {"POST": (made, {"message": "no"}), "GET": (200, pod or running), "DELETE": (200, {})}
    session = FakeSession(tmp_path, "tenants")
    return tenant_traffic.Tools(
        design=session.design,
        api=FakeApi(lambda method, path: answer[method]),
        kubectl=dials,  # type: ignore[arg-type]
        clock=session.clock,
        progress=session.progress,
    )


@pytest.mark.parametrize(
    ("bank", "shop", "held"),
    [
        # The pods of shop dial each other, then one of bank's dials them, and the first once more.
        (["TIMEOUT"], ["", ""], True),
        (["REFUSED"], ["", ""], True),
        ([""], [""], False),
        (["DNS"], ["", ""], None),
        (["TIMEOUT"], ["TIMEOUT"], None),
        (["TIMEOUT"], ["TIMEOUT", "", ""], True),
        (["TIMEOUT"], ["", "TIMEOUT"], None),
        (["", "", "REFUSED"], ["", ""], True),
        (["REFUSED"], ["", "REFUSED", ""], True),
    ],
)
async def test_what_a_connection_shows(tmp_path: Path, bank: list[str], shop: list[str], held: bool | None) -> None:
    work = tools(tmp_path, Exec(bank=bank, shop=shop))
    found = dict(await tenant_traffic.prove_traffic(work))
    assert found["tenant shop"].held is held
    made = [call for call in work.api.calls if call.startswith("POST")]
    gone = [call for call in work.api.calls if call.startswith("DELETE")]
    assert len(made) == len(gone) == 6


@pytest.mark.parametrize(
    ("enforcer", "open_for"), [("kube-router", tenant_traffic.SETTLING), (None, tenant_traffic.UNLIKELY)]
)
async def test_an_enforcer_has_a_moment_to_hear_of_a_pod(tmp_path: Path, enforcer: str | None, open_for: float) -> None:
    work = tools(tmp_path, Exec(bank=["", "", "REFUSED"], shop=[""]))
    network = replace(work.design.network, policy_enforcer=enforcer)
    shop, bank = work.design.tenants
    design = replace(work.design, network=network, tenants=(shop, replace(bank, isolated=False)))
    work = replace(work, design=design)
    late = dict(await tenant_traffic.prove_traffic(work))["tenant shop"]
    assert late.held is True
    assert late.said.endswith("REFUSED (it did for 1.0 s at first)")
    never = replace(work, kubectl=Exec(bank=[""], shop=[""]))
    begun = work.clock.monotonic()
    assert dict(await tenant_traffic.prove_traffic(never))["tenant shop"].held is False
    assert work.clock.monotonic() - begun == pytest.approx(open_for, abs=1)


@pytest.mark.parametrize(
    "pod",
    [
        {"status": {"phase": "Pending"}},
        {
            "status": {
                "phase": "Pending",
                "containerStatuses": [{"state": {"waiting": {"reason": "CreateContainerError", "message": "seccomp"}}}],
            }
        },
    ],
)
async def test_a_pod_that_does_not_run_proves_nothing_and_is_removed(tmp_path: Path, pod: dict[str, Any]) -> None:
    work = tools(tmp_path, Exec(), pod)
    found = dict(await tenant_traffic.prove_traffic(work))
    assert {proof.held for proof in found.values()} == {None}
    assert sum(call.startswith("DELETE") for call in work.api.calls) == 2


async def test_a_pod_that_is_refused_proves_nothing(tmp_path: Path) -> None:
    found = dict(await tenant_traffic.prove_traffic(tools(tmp_path, Exec(), made=403)))
    assert {proof.held for proof in found.values()} == {None}


def test_who_is_let_in_is_no_stranger(tmp_path: Path) -> None:
    made = design(tmp_path)
    shop, _ = made.tenants
    assert tenant_traffic.stranger(made, shop) == "bank"
    assert tenant_traffic.stranger(made, replace(shop, ingress_from=("bank",))) == "default"


def test_no_seccomp_profile_is_named_at_the_baseline_level(tmp_path: Path) -> None:
    made = design(tmp_path)
    assert "seccompProfile" in str(tenant_traffic.pod_body(made, "p", "restricted"))
    assert "seccompProfile" not in str(tenant_traffic.pod_body(made, "p", "baseline"))
