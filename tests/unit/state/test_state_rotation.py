"""Rotations: every stage trusts who signs, and a crash between any two files leaves one stage or the other."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from seakeep.core.errors import RefusedError
from seakeep.core.secret import Secret
from seakeep.design.model import Design
from seakeep.state import certificates, pki, rotation
from seakeep.state.folder import State
from seakeep.state.rotation import Stage

from .conftest import SetClock

NAMES = ("cluster", "etcd", "front-proxy", rotation.SERVICE_ACCOUNT)


@pytest.fixture
def issued(state: State, design: Design, clock: SetClock) -> State:
    settle(state, design, clock)
    return state


def settle(state: State, design: Design, clock: SetClock) -> list[str]:
    found = [item.name for item in pki.missing(state, design, clock.now())]
    for name in found:
        pki.issue(state, design, name, clock)
    return found


def advance(state: State, design: Design, clock: SetClock, ca: str, stage: Stage) -> None:
    pki.issue(state, design, rotation.step(ca, stage), clock)


def content(state: State, name: str) -> bytes:
    stored = state.read(name)
    assert stored is not None
    return stored.reveal()


def trusted(state: State, ca: str) -> list[bytes]:
    """The parts of what is trusted, in their order."""
    text = content(state, rotation.SA_PUBLIC if ca == rotation.SERVICE_ACCOUNT else rotation.trust_name(ca))
    end = b"-----END PUBLIC KEY-----\n" if ca == rotation.SERVICE_ACCOUNT else b"-----END CERTIFICATE-----\n"
    return [part + end for part in text.split(end)[:-1]]


def signer(state: State, ca: str) -> bytes:
    if ca == rotation.SERVICE_ACCOUNT:
        return certificates.public_pem(certificates.load_key(Secret(content(state, rotation.SA_KEY))).public_key())
    key = certificates.load_key(Secret(content(state, rotation.ca_key(ca))))
    pem = content(state, rotation.ca_name(ca))
    assert x509.load_pem_x509_certificate(pem).public_key() == key.public_key()
    return pem


def test_a_whole_service_account_key_is_not_about_to_be_issued(issued: State, design: Design, clock: SetClock) -> None:
    """A stage was cut off before what is trusted was written."""
    advance(issued, design, clock, rotation.SERVICE_ACCOUNT, Stage.TRUST)
    issued.write(rotation.SA_PUBLIC, b"old")
    assert pki.touched(issued, design, rotation.SA_KEY) == {rotation.SA_PUBLIC}
    issued.remove(rotation.SA_KEY)
    assert pki.touched(issued, design, rotation.SA_KEY) == {rotation.SA_KEY, rotation.SA_PUBLIC}


@pytest.mark.parametrize("ca", NAMES)
def test_each_stage_trusts_who_signs_now_before_and_after(
    issued: State, design: Design, clock: SetClock, ca: str
) -> None:
    old = signer(issued, ca)
    assert trusted(issued, ca) == [old]
    assert rotation.stages(issued, design) == {}

    advance(issued, design, clock, ca, Stage.TRUST)
    assert rotation.stages(issued, design) == {ca: Stage.TRUST}
    assert signer(issued, ca) == old
    first, new = trusted(issued, ca)
    assert first == old
    assert pki.missing(issued, design, clock.now()) == ()

    advance(issued, design, clock, ca, Stage.REISSUE)
    assert rotation.stages(issued, design) == {ca: Stage.REISSUE}
    assert signer(issued, ca) == new
    assert set(trusted(issued, ca)) == {old, new}
    reissued = settle(issued, design, clock)
    assert set(reissued) == {leaf.cert for leaf in design.pki.leaves if leaf.ca == ca}

    advance(issued, design, clock, ca, Stage.DROP)
    assert rotation.stages(issued, design) == {}
    assert (signer(issued, ca), trusted(issued, ca)) == (new, [new])
    assert pki.missing(issued, design, clock.now()) == ()


def test_only_the_cluster_s_readers_see_another_order_when_leaves_are_issued_anew(
    issued: State, design: Design, clock: SetClock
) -> None:
    for ca in ("cluster", "etcd", "front-proxy"):
        advance(issued, design, clock, ca, Stage.TRUST)
        before = trusted(issued, ca)
        advance(issued, design, clock, ca, Stage.REISSUE)
        assert (trusted(issued, ca) == before) is (ca != "cluster")


@pytest.mark.parametrize("ca", NAMES)
def test_a_stage_done_twice_changes_nothing(issued: State, design: Design, clock: SetClock, ca: str) -> None:
    for stage in Stage:
        advance(issued, design, clock, ca, stage)
        settle(issued, design, clock)
        before = {name: issued.read(name) for name in issued.names()}
        advance(issued, design, clock, ca, stage)
        assert {name: issued.read(name) for name in issued.names()} == before


def test_stages_come_in_their_order(issued: State, design: Design, clock: SetClock) -> None:
    with pytest.raises(RefusedError, match="reissue does not come next"):
        advance(issued, design, clock, "etcd", Stage.REISSUE)
    advance(issued, design, clock, "etcd", Stage.TRUST)
    with pytest.raises(RefusedError, match="drop does not come next"):
        advance(issued, design, clock, "etcd", Stage.DROP)
    advance(issued, design, clock, "etcd", Stage.REISSUE)
    with pytest.raises(RefusedError, match="trust does not come next"):
        advance(issued, design, clock, "etcd", Stage.TRUST)
    with pytest.raises(KeyError):
        pki.issue(issued, design, "rotation/nobody/trust", clock)


def test_a_second_rotation_makes_a_third_authority(issued: State, design: Design, clock: SetClock) -> None:
    seen = {signer(issued, "etcd")}
    keys = {content(issued, rotation.ca_key("etcd"))}
    for _ in range(3):
        for stage in Stage:
            advance(issued, design, clock, "etcd", stage)
            settle(issued, design, clock)
        seen.add(signer(issued, "etcd"))
        keys.add(content(issued, rotation.ca_key("etcd")))
    assert len(seen) == len(keys) == 4
    left = [name for name in issued.names("pki/etcd") if "next" in name or "previous" in name]
    assert left == []


class _Killed(BaseException):
    pass


def _dying(state: State, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every writing and removing counts; the one of this number is not done any more."""
    count = [0]

    def wrapped(real: Callable[..., None]) -> Callable[..., None]:
        def call(*args: Any, **kwargs: Any) -> None:
            if count[0] == at:
                raise _Killed
            count[0] += 1
            real(*args, **kwargs)

        return call

    monkeypatch.setattr(state, "write", wrapped(state.write))
    monkeypatch.setattr(state, "remove", wrapped(state.remove))


@pytest.mark.parametrize("ca", NAMES)
@pytest.mark.parametrize("stage", list(Stage))
def test_killed_between_any_two_files_it_is_finished_or_not_begun(
    tmp_path_factory: pytest.TempPathFactory, design: Design, clock: SetClock, ca: str, stage: Stage
) -> None:
    at, ended = 0, False
    while not ended:
        assert at < 20
        state = State.open(tmp_path_factory.mktemp("s") / "x")
        settle(state, design, clock)
        old = signer(state, ca)
        for before in list(Stage)[: list(Stage).index(stage)]:
            advance(state, design, clock, ca, before)
            settle(state, design, clock)
        with pytest.MonkeyPatch.context() as patch:
            _dying(state, at, patch)
            try:
                advance(state, design, clock, ca, stage)
                ended = True
            except _Killed:
                pass
        # What follows in life: a plan, which finishes what was begun, then the rest of the rotation.
        settle(state, design, clock)
        assert pki.missing(state, design, clock.now()) == ()
        assert signer(state, ca) in trusted(state, ca)
        if stage is not Stage.DROP:
            assert old in trusted(state, ca)
        here = rotation.stage(state, ca)
        for after in list(Stage)[0 if here is None else list(Stage).index(here) + 1 :]:
            if here is None and stage is Stage.DROP:
                break
            advance(state, design, clock, ca, after)
            settle(state, design, clock)
        assert rotation.stage(state, ca) is None
        assert (signer(state, ca) != old, trusted(state, ca)) == (True, [signer(state, ca)])
        at += 1
    assert at > 1


def test_what_changes_on_machines_is_told_for_every_step(issued: State, design: Design, clock: SetClock) -> None:
    """`touched` is what a plan takes for outdated: it names every file that a step rewrites, and no other, which would
    be a restart that is shown and does not come."""
    on_machines = {*(rotation.trust_name(ca.name) for ca in design.pki.cas), rotation.SA_KEY, rotation.SA_PUBLIC}
    on_machines |= {name for ca in design.pki.cas for name in (rotation.ca_name(ca.name), rotation.ca_key(ca.name))}
    for ca in NAMES:
        for stage in Stage:
            before = {name: issued.read(name) for name in on_machines}
            told = pki.touched(issued, design, rotation.step(ca, stage))
            advance(issued, design, clock, ca, stage)
            changed = {name for name in on_machines if issued.read(name) != before[name]}
            assert changed == told
            settle(issued, design, clock)
