"""What the state folder lacks of the planned PKI, and making it.

Things to issue are known by one name: the certificate of an authority or a leaf (`pki/etcd/ca.crt`,
`pki/cluster/admin.crt`: its key comes with it), the service-account key (`pki/sa.key`: the public half comes
with it) and the encryption key (`secrets/encryption.key`).

Authorities, the service-account key and the encryption key are never replaced: everything already signed or
encrypted depends on them. Where one is damaged, this says so and stops.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from seakeep.core.clock import Clock, rfc3339
from seakeep.core.errors import RefusedError
from seakeep.core.secret import Secret
from seakeep.design.model import Ca, Design, Leaf
from seakeep.state import certificates
from seakeep.state.folder import State

SA_KEY = "pki/sa.key"
SA_PUBLIC = "pki/sa.pub"
ENCRYPTION_KEY = "secrets/encryption.key"

RENEW_BEFORE = timedelta(days=30)
"""A leaf that is valid for less than this is issued again."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to issue, and why: `absent`, or what about it differs from the plan."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def ca_name(ca: str) -> str:
    """The name of an authority as a thing to issue."""
    return f"pki/{ca}/ca.crt"


def missing(state: State, design: Design, now: datetime) -> tuple[Missing, ...]:
    """What has to be issued, in an order that works: authorities first.

    RefusedError when an authority that exists cannot be used: its key is lost or does not fit, or it ends.
    """
    found: list[Missing] = []
    authorities: dict[str, _Authority | None] = {}
    for ca in design.pki.cas:
        authorities[ca.name] = _authority(state, ca.name, now)
        if authorities[ca.name] is None:
            found.append(Missing(ca_name(ca.name), "absent"))
    for name, other in ((SA_KEY, SA_PUBLIC), (ENCRYPTION_KEY, ENCRYPTION_KEY)):
        if state.read(name) is None or state.read(other) is None:
            found.append(Missing(name, "absent"))
    for leaf in design.pki.leaves:
        reason = _leaf_reason(state, leaf, authorities[leaf.ca], now)
        if reason:
            found.append(Missing(leaf.cert, reason))
    return tuple(found)


def issue(state: State, design: Design, name: str, clock: Clock) -> None:
    """Make one thing that `missing` named, or make it again. KeyError for a name that the design does not plan."""
    if name == SA_KEY:
        _issue_service_account(state)
        return
    if name == ENCRYPTION_KEY:
        if state.read(name) is None:
            state.write(name, base64.b64encode(secrets.token_bytes(32)), durable=True)
        return
    for ca in design.pki.cas:
        if name == ca_name(ca.name):
            _issue_authority(state, ca, clock.now())
            return
    for leaf in design.pki.leaves:
        if name == leaf.cert:
            _issue_leaf(state, leaf, clock.now())
            return
    raise KeyError(name)


def expiries(state: State, design: Design) -> tuple[tuple[str, datetime], ...]:
    """When each stored certificate of the plan ends, the nearest first."""
    names = [*(ca_name(ca.name) for ca in design.pki.cas), *(leaf.cert for leaf in design.pki.leaves)]
    found: list[tuple[str, datetime]] = []
    for name in names:
        stored = state.read(name)
        if stored is not None:
            found.append((name, certificates.load_certificate(stored).not_valid_after_utc))
    return tuple(sorted(found, key=lambda item: (item[1], item[0])))


def _issue_authority(state: State, ca: Ca, now: datetime) -> None:
    if state.read(ca_name(ca.name)) is not None:
        return
    # The key first: when only it was written before a crash, it is used, not replaced.
    key_name = f"pki/{ca.name}/ca.key"
    stored = state.read(key_name)
    if stored is None:
        key = certificates.new_key()
        state.write(key_name, certificates.key_pem(key), durable=True)
    else:
        key = _usable_key(stored, key_name)
    state.write(ca_name(ca.name), certificates.pem(certificates.make_ca(ca, key, now)), durable=True)


def _issue_service_account(state: State) -> None:
    stored = state.read(SA_KEY)
    if stored is None:
        key = certificates.new_key()
        state.write(SA_KEY, certificates.key_pem(key), durable=True)
    else:
        key = _usable_key(stored, SA_KEY)
    state.write(SA_PUBLIC, certificates.public_pem(key.public_key()), durable=True)


def _issue_leaf(state: State, leaf: Leaf, now: datetime) -> None:
    authority = _authority(state, leaf.ca, now)
    if authority is None:
        raise RefusedError(f"{leaf.cert} cannot be issued: {ca_name(leaf.ca)} does not exist yet")
    key = certificates.new_key()
    certificate = certificates.make_leaf(leaf, key.public_key(), authority.certificate, authority.key, now)
    # A crash between the two leaves a pair that does not fit, which `missing` notices.
    state.write(leaf.key, certificates.key_pem(key))
    state.write(leaf.cert, certificates.pem(certificate))


def _authority(state: State, ca: str, now: datetime) -> _Authority | None:
    cert_name, key_name = ca_name(ca), f"pki/{ca}/ca.key"
    stored = state.read(cert_name)
    if stored is None:
        return None
    hint = (
        f"put back {cert_name} and {key_name} from a copy of the state folder; without them the cluster goes on "
        "running, but no certificate can be renewed"
    )
    try:
        certificate = certificates.load_certificate(stored)
    except ValueError as error:
        raise RefusedError(f"{state.path(cert_name)} is not a certificate", hint=hint) from error
    key_stored = state.read(key_name)
    if key_stored is None:
        raise RefusedError(f"the key of {state.path(cert_name)} is lost: {key_name} does not exist", hint=hint)
    key = _usable_key(key_stored, key_name)
    if certificate.public_key() != key.public_key():
        raise RefusedError(f"{key_name} is not the key of {cert_name}", hint=hint)
    if certificate.not_valid_after_utc - now < RENEW_BEFORE:
        raise RefusedError(
            f"the authority {cert_name} ends on {rfc3339(certificate.not_valid_after_utc)}",
            hint="an authority is not renewed in place; plan its replacement",
        )
    return _Authority(certificate, key)


def _usable_key(stored: Secret, name: str) -> ec.EllipticCurvePrivateKey:
    try:
        return certificates.load_key(stored)
    except ValueError as error:
        raise RefusedError(
            f"{name} is not usable: {error}", hint="put it back from a copy of the state folder"
        ) from error


def _leaf_reason(state: State, leaf: Leaf, authority: _Authority | None, now: datetime) -> str:
    stored, key_stored = state.read(leaf.cert), state.read(leaf.key)
    if stored is None:
        return "absent"
    if key_stored is None:
        return "its key is absent"
    try:
        certificate = certificates.load_certificate(stored)
        key = certificates.load_key(key_stored)
    except ValueError:
        return "not readable"
    if certificate.public_key() != key.public_key():
        return "the key does not belong to the certificate"
    if authority is None or not _signed_by(certificate, authority.certificate):
        return "issued by another authority"
    return _difference(leaf, certificate) or _ending(certificate, now)


def _difference(leaf: Leaf, certificate: x509.Certificate) -> str:
    wanted = (leaf.common_name, tuple(sorted(leaf.organizations)))
    if certificates.subject(certificate) != wanted:
        return f"its subject is {_subject_text(*certificates.subject(certificate))}, planned {_subject_text(*wanted)}"
    planned = frozenset((*leaf.dns_names, *(str(address) for address in leaf.ip_addresses)))
    present = certificates.alternative_names(certificate)
    if planned != present:
        parts = (("without", planned - present), ("with a needless", present - planned))
        return "its names differ: " + ", ".join(f"{word} {' '.join(sorted(names))}" for word, names in parts if names)
    if certificates.usages(certificate) != (leaf.server, leaf.client):
        return "its key usage differs"
    return ""


def _ending(certificate: x509.Certificate, now: datetime) -> str:
    end = certificate.not_valid_after_utc
    if end <= now:
        return f"expired on {rfc3339(end)}"
    if end - now < RENEW_BEFORE:
        return f"expires on {rfc3339(end)}"
    if certificate.not_valid_before_utc > now:
        return f"not valid before {rfc3339(certificate.not_valid_before_utc)}"
    return ""


def _subject_text(common_name: str, organizations: tuple[str, ...]) -> str:
    return ", ".join((f"CN={common_name}", *(f"O={item}" for item in organizations)))


def _signed_by(certificate: x509.Certificate, authority: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
