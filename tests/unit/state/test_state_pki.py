import base64
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from seakeep.core.errors import RefusedError
from seakeep.core.secret import Secret
from seakeep.design.model import Design, Leaf
from seakeep.state import certificates, pki
from seakeep.state.folder import State

from .conftest import SetClock


def issue_all(state: State, design: Design, clock: SetClock) -> None:
    for item in pki.missing(state, design, clock.now()):
        pki.issue(state, design, item.name, clock)


def reasons(state: State, design: Design, clock: SetClock) -> dict[str, str]:
    return {item.name: item.reason for item in pki.missing(state, design, clock.now())}


def with_leaf(design: Design, changed: Leaf) -> Design:
    leaves = tuple(
        changed if (leaf.ca, leaf.name) == (changed.ca, changed.name) else leaf for leaf in design.pki.leaves
    )
    return replace(design, pki=replace(design.pki, leaves=leaves))


@pytest.fixture
def issued(state: State, design: Design, clock: SetClock) -> State:
    issue_all(state, design, clock)
    return state


def certificate(state: State, name: str) -> x509.Certificate:
    stored = state.read(name)
    assert stored is not None
    return certificates.load_certificate(stored)


def test_at_first_everything_is_absent_and_authorities_come_first(
    state: State, design: Design, clock: SetClock
) -> None:
    found = pki.missing(state, design, clock.now())
    assert {item.reason for item in found} == {"absent"}
    firsts = [f"pki/{ca.name}/{what}.crt" for ca in design.pki.cas for what in ("ca", "trust")]
    assert [item.name for item in found[:6]] == firsts
    assert {leaf.cert for leaf in design.pki.leaves} < {item.name for item in found}


def test_after_issuing_nothing_is_missing_and_everything_private(
    issued: State, design: Design, clock: SetClock
) -> None:
    assert pki.missing(issued, design, clock.now()) == ()
    for name in issued.names():
        assert issued.path(name).stat().st_mode & 0o777 == 0o600


def test_names_and_uses_are_those_of_the_plan(issued: State, design: Design) -> None:
    for leaf in design.pki.leaves:
        found = certificate(issued, leaf.cert)
        assert certificates.subject(found) == (leaf.common_name, tuple(sorted(leaf.organizations)))
        planned = {*leaf.dns_names, *map(str, leaf.ip_addresses)}
        assert certificates.alternative_names(found) == planned
        uses = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        assert (ExtendedKeyUsageOID.SERVER_AUTH in uses) is leaf.server
        assert (ExtendedKeyUsageOID.CLIENT_AUTH in uses) is leaf.client
        assert len(list(uses)) == leaf.server + leaf.client


def test_leaves_cannot_sign_and_authorities_sign_leaves_only(issued: State, design: Design) -> None:
    for leaf in design.pki.leaves:
        found = certificate(issued, leaf.cert).extensions
        basic = found.get_extension_for_class(x509.BasicConstraints)
        usage = found.get_extension_for_class(x509.KeyUsage)
        assert basic.critical
        assert not basic.value.ca
        assert usage.critical
        assert usage.value.digital_signature
        assert not usage.value.key_cert_sign
        assert not usage.value.key_encipherment
    for ca in design.pki.cas:
        found = certificate(issued, f"pki/{ca.name}/ca.crt").extensions
        basic = found.get_extension_for_class(x509.BasicConstraints)
        assert basic.critical
        assert basic.value.ca
        assert basic.value.path_length == 0
        assert found.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_key_identifiers_chain(issued: State, design: Design) -> None:
    for leaf in design.pki.leaves:
        authority = certificate(issued, f"pki/{leaf.ca}/ca.crt")
        own = authority.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
        named = certificate(issued, leaf.cert).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        assert named.value.key_identifier == own


def test_keys_are_p256_and_no_two_are_the_same(issued: State) -> None:
    keys = [name for name in issued.names("pki") if name.endswith(".key")]
    numbers = set()
    for name in keys:
        stored = issued.read(name)
        assert stored is not None
        key = certificates.load_key(stored)
        assert isinstance(key.curve, ec.SECP256R1)
        numbers.add(key.private_numbers().private_value)
    assert len(numbers) == len(keys)


def test_the_encryption_key_is_32_bytes_in_base64_without_a_newline(issued: State) -> None:
    stored = issued.read("secrets/encryption.key")
    assert stored is not None
    assert len(base64.b64decode(stored.reveal(), validate=True)) == 32
    assert not stored.reveal().endswith(b"\n")


def test_the_public_half_belongs_to_the_service_account_key(issued: State) -> None:
    key, public = issued.read("pki/sa.key"), issued.read("pki/sa.pub")
    assert key is not None
    assert public is not None
    assert certificates.public_pem(certificates.load_key(key).public_key()) == public.reveal()


def test_issuing_again_never_replaces_what_others_depend_on(issued: State, design: Design, clock: SetClock) -> None:
    kept = ["pki/sa.key", "secrets/encryption.key"]
    kept += [f"pki/{ca.name}/ca.{end}" for ca in design.pki.cas for end in ("crt", "key")]
    before = {name: issued.read(name) for name in kept}
    for name in ("pki/sa.key", "secrets/encryption.key", *(f"pki/{ca.name}/ca.crt" for ca in design.pki.cas)):
        pki.issue(issued, design, name, clock)
    assert {name: issued.read(name) for name in kept} == before


def test_an_authority_whose_making_was_interrupted_keeps_its_key(state: State, design: Design, clock: SetClock) -> None:
    key = certificates.key_pem(certificates.new_key())
    state.write("pki/etcd/ca.key", key)
    assert reasons(state, design, clock)["pki/etcd/ca.crt"] == "absent"
    issue_all(state, design, clock)
    assert state.read("pki/etcd/ca.key") == key
    assert pki.missing(state, design, clock.now()) == ()


def test_a_leaf_whose_making_was_interrupted_is_made_again(issued: State, design: Design, clock: SetClock) -> None:
    issued.write("pki/cluster/admin.key", certificates.key_pem(certificates.new_key()))
    assert reasons(issued, design, clock) == {"pki/cluster/admin.crt": "the key does not belong to the certificate"}
    issue_all(issued, design, clock)
    assert pki.missing(issued, design, clock.now()) == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("pki/cluster/admin.crt", "absent"), ("pki/cluster/admin.key", "its key is absent")],
)
def test_what_was_lost_is_missing(issued: State, design: Design, clock: SetClock, name: str, reason: str) -> None:
    issued.remove(name)
    assert reasons(issued, design, clock) == {"pki/cluster/admin.crt": reason}


@pytest.mark.parametrize("name", ["pki/cluster/admin.crt", "pki/cluster/admin.key"])
@pytest.mark.parametrize(
    "garbage", [b"", b"garbage", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_a_damaged_leaf_is_missing(issued: State, design: Design, clock: SetClock, name: str, garbage: bytes) -> None:
    issued.write(name, garbage)
    assert reasons(issued, design, clock) == {"pki/cluster/admin.crt": "not readable"}


def test_a_new_name_or_address_is_told(issued: State, design: Design, clock: SetClock) -> None:
    leaf = design.pki.leaf("cluster", "apiserver-a-cp1")
    more = replace(leaf, dns_names=(*leaf.dns_names, "api.new.example"), ip_addresses=leaf.ip_addresses[1:])
    reason = reasons(issued, with_leaf(design, more), clock)[leaf.cert]
    assert "without api.new.example" in reason
    assert f"with a needless {leaf.ip_addresses[0]}" in reason


def test_the_order_of_names_does_not_matter(issued: State, design: Design, clock: SetClock) -> None:
    leaf = design.pki.leaf("cluster", "apiserver-a-cp1")
    turned = replace(leaf, dns_names=leaf.dns_names[::-1], ip_addresses=leaf.ip_addresses[::-1])
    assert reasons(issued, with_leaf(design, turned), clock) == {}


def test_another_subject_or_use_is_told(issued: State, design: Design, clock: SetClock) -> None:
    leaf = design.pki.leaf("cluster", "viewer")
    subject = with_leaf(design, replace(leaf, organizations=("seakeep:admins",)))
    assert "O=seakeep:viewers" in reasons(issued, subject, clock)[leaf.cert]
    use = with_leaf(design, replace(leaf, server=True))
    assert reasons(issued, use, clock) == {leaf.cert: "its key usage differs"}


@pytest.mark.parametrize(("days", "word"), [(334, ""), (336, "expires on 2027-11-23"), (366, "expired on 2027-11-23")])
def test_leaves_are_renewed_a_month_before_their_end(
    issued: State, design: Design, clock: SetClock, days: int, word: str
) -> None:
    clock.moment += timedelta(days=days)
    found = reasons(issued, design, clock)
    assert len(found) == (len(design.pki.leaves) if word else 0)
    assert all(word in reason for reason in found.values())
    issue_all(issued, design, clock)
    assert pki.missing(issued, design, clock.now()) == ()


def test_a_leaf_of_another_authority_is_told(issued: State, design: Design, clock: SetClock) -> None:
    for end in ("crt", "key"):
        issued.remove(f"pki/front-proxy/ca.{end}")
    found = reasons(issued, design, clock)
    assert found["pki/front-proxy/ca.crt"] == "absent"
    pki.issue(issued, design, "pki/front-proxy/ca.crt", clock)
    found = reasons(issued, design, clock)
    assert found.pop("pki/front-proxy/trust.crt") == "is not what the authority's rotation has come to"
    assert set(found.values()) == {"issued by another authority"}
    assert set(found) == {leaf.cert for leaf in design.pki.leaves if leaf.ca == "front-proxy"}


@pytest.mark.parametrize("damage", ["lost", "other", "garbage", "certificate"])
def test_a_damaged_authority_is_refused_not_replaced(
    issued: State, design: Design, clock: SetClock, damage: str
) -> None:
    key = "pki/cluster/ca.key"
    if damage == "lost":
        issued.remove(key)
    elif damage == "other":
        issued.write(key, certificates.key_pem(certificates.new_key()))
    elif damage == "garbage":
        issued.write(key, b"x")
    else:
        issued.write("pki/cluster/ca.crt", b"x")
    with pytest.raises(RefusedError) as caught:
        pki.missing(issued, design, clock.now())
    assert "copy of the state folder" in caught.value.hint


def test_an_authority_that_has_ended_is_refused(issued: State, design: Design, clock: SetClock) -> None:
    clock.moment += timedelta(days=3650)
    with pytest.raises(RefusedError, match="has ended on 2036-11-20"):
        pki.missing(issued, design, clock.now())


def test_an_authority_is_due_when_it_cuts_leaves_short(issued: State, design: Design, clock: SetClock) -> None:
    clock.moment += timedelta(days=3650 - 365)
    assert pki.aging(issued, design, clock.now()) == ()
    clock.moment += timedelta(seconds=1)
    assert [name for name, _ in pki.aging(issued, design, clock.now())] == [ca.name for ca in design.pki.cas]


def test_what_ends_with_its_authority_is_not_issued_over_and_over(
    issued: State, design: Design, clock: SetClock
) -> None:
    clock.moment += timedelta(days=3650 - 40)
    issue_all(issued, design, clock)
    clock.moment += timedelta(days=20)
    assert pki.missing(issued, design, clock.now()) == ()


def test_a_shorter_life_in_the_design_renews_what_lives_too_long(
    issued: State, design: Design, clock: SetClock
) -> None:
    shorter = replace(design.pki.leaf("cluster", "admin"), life=timedelta(days=30))
    assert "later than the design's" in reasons(issued, with_leaf(design, shorter), clock)[shorter.cert]
    longer = replace(shorter, life=timedelta(days=800))
    assert reasons(issued, with_leaf(design, longer), clock) == {}


def test_no_leaf_outlives_its_authority(issued: State, design: Design, clock: SetClock) -> None:
    clock.moment += timedelta(days=3650 - 40)
    pki.issue(issued, design, "pki/cluster/admin.crt", clock)
    authority = certificate(issued, "pki/cluster/ca.crt")
    assert certificate(issued, "pki/cluster/admin.crt").not_valid_after_utc == authority.not_valid_after_utc


def test_machines_with_slow_clocks_accept_new_certificates(issued: State, design: Design, clock: SetClock) -> None:
    for leaf in design.pki.leaves:
        assert clock.now() - certificate(issued, leaf.cert).not_valid_before_utc >= timedelta(minutes=5)


def test_a_leaf_without_its_authority_is_refused(state: State, design: Design, clock: SetClock) -> None:
    with pytest.raises(RefusedError, match="does not exist yet"):
        pki.issue(state, design, "pki/cluster/admin.crt", clock)
    with pytest.raises(KeyError):
        pki.issue(state, design, "pki/cluster/nobody.crt", clock)


def test_the_nearest_end_comes_first(issued: State, design: Design, clock: SetClock) -> None:
    clock.moment += timedelta(days=10)
    pki.issue(issued, design, "pki/cluster/admin.crt", clock)
    found = pki.expiries(issued, design)
    assert [end for _name, end in found] == sorted(end for _name, end in found)
    assert len(found) == len(design.pki.leaves) + len(design.pki.cas)
    names = [name for name, _end in found if not name.endswith("/ca.crt")]
    assert names[-1] == "pki/cluster/admin.crt"


def test_openssl_accepts_chain_purpose_and_names(issued: State, design: Design, tmp_path: Path) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    moment = str(int(certificate(issued, "pki/cluster/ca.crt").not_valid_before_utc.timestamp()) + 3600)
    for leaf in design.pki.leaves:
        purposes = [*(["sslserver"] if leaf.server else []), *(["sslclient"] if leaf.client else [])]
        names = [("-verify_hostname", name) for name in leaf.dns_names[:1]]
        names += [("-verify_ip", str(address)) for address in leaf.ip_addresses[:1] if address != IPv4Address(0)]
        for purpose in purposes:
            command = [program, "verify", "-x509_strict", "-attime", moment, "-purpose", purpose]
            for option, value in names:
                command += [option, value]
            command += ["-CAfile", str(issued.path(f"pki/{leaf.ca}/ca.crt")), str(issued.path(leaf.cert))]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            assert done.returncode == 0, f"{leaf.cert} {purpose}: {done.stdout}{done.stderr}"
    (other,) = {ca.name for ca in design.pki.cas} - {"cluster", "front-proxy"}
    refused = subprocess.run(
        [
            program,
            "verify",
            "-attime",
            moment,
            "-CAfile",
            issued.path(f"pki/{other}/ca.crt"),
            issued.path("pki/cluster/admin.crt"),
        ],
        capture_output=True,
        check=False,
    )
    assert refused.returncode != 0


def test_keys_never_show(issued: State) -> None:
    stored = issued.read("pki/cluster/ca.key")
    assert isinstance(stored, Secret)
    assert "PRIVATE" not in f"{stored!r}{stored}{[stored]}"
