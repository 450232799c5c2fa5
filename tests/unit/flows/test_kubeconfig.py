"""Kubeconfigs for tenants' people."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.engine.sim import FakeClock

from seakeep.core.errors import Exit, RefusedError, UsageError
from seakeep.core.secret import Secret
from seakeep.flows.kubeconfig import for_tenant
from seakeep.state import certificates, pki

from .world import FakeSession


def session(tmp_path: Path, *, issued: bool = True) -> FakeSession:
    made = FakeSession(tmp_path, "tenants")
    if issued:
        for name in ("pki/cluster/ca.crt", "pki/cluster/trust.crt"):
            pki.issue(made.state, made.design, name, made.clock)
    return made


async def test_it_names_the_person_and_one_group_and_ends_soon(tmp_path: Path) -> None:
    made = session(tmp_path)
    text = await for_tenant(made, group="auditors", person="ann", life="2h")
    config = json.loads(text)
    (user,) = config["users"]
    certificate = certificates.load_certificate(Secret(base64.b64decode(user["user"]["client-certificate-data"])))
    assert certificates.subject(certificate) == ("ann", ("auditors",))
    assert certificates.usages(certificate) == (False, True)
    assert isinstance(made.clock, FakeClock)
    assert certificate.not_valid_after_utc - made.clock.now() == timedelta(hours=2)
    key = certificates.load_key(Secret(base64.b64decode(user["user"]["client-key-data"])))
    assert key.public_key() == certificate.public_key()
    (context,) = config["contexts"]
    assert context["context"]["namespace"] == "bank"


async def test_nothing_of_it_is_kept(tmp_path: Path) -> None:
    made = session(tmp_path)
    before = sorted(made.state.root.rglob("*"))
    await for_tenant(made, group="shop-team", person="ann", life="12h")
    assert sorted(made.state.root.rglob("*")) == before


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"group": "shop-teem"}, "did you mean shop-team?"),
        ({"group": "system:masters"}, "the tenants' groups: auditors, bank-team, shop-team"),
        ({"person": "system:admin"}, "such as --person ann"),
        ({"life": "soon"}, "such as 12h, 30m or 7d"),
        ({"life": "31d"}, "30d at most; make another"),
    ],
)
async def test_what_will_not_do_is_refused(tmp_path: Path, wrong: dict[str, str], hint: str) -> None:
    asked = {"group": "shop-team", "person": "ann", "life": "12h", **wrong}
    with pytest.raises(UsageError) as refused:
        await for_tenant(session(tmp_path), **asked)
    assert refused.value.hint == hint
    assert refused.value.exit_code is Exit.USAGE


async def test_before_the_first_apply_there_is_nothing_to_sign_with(tmp_path: Path) -> None:
    with pytest.raises(RefusedError, match="does not exist"):
        await for_tenant(session(tmp_path, issued=False), group="shop-team", person="ann", life="12h")
