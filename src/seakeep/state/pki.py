"""What the state folder lacks of the planned PKI, and making it.

Things to issue are known by one name: the certificate of an authority or a leaf (`pki/etcd/ca.crt`,
`pki/cluster/admin.crt`: its key comes with it), what is trusted beside an authority (`pki/etcd/trust.crt`), the
service-account key (`pki/sa.key`: the public half comes with it), the encryption key (`secrets/encryption.key`),
and a stage of a rotation (`rotation/etcd/trust`, see `rotation.py`).

Authorities, the service-account key and the encryption key are never replaced but by a rotation: everything already
signed or encrypted depends on them. Where one is damaged, this says so and stops.
"""

import base64
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from seakeep.core.clock import Clock, rfc3339
from seakeep.core.errors import RefusedError
from seakeep.core.secret import Secret
from seakeep.design.model import Ca, Design, Leaf, Pki
from seakeep.state import certificates, rotation
from seakeep.state.folder import State
from seakeep.state.rotation import SA_KEY, ca_key, ca_name, trust_name

ENCRYPTION_KEY = "secrets/encryption.key"

CLOCK_SLACK = timedelta(minutes=5)
"""Between the clocks of two operators: what a certificate may seem to live too long."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something to issue, and why: `absent`, or what about it differs from the plan."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def missing(state: State, design: Design, now: datetime) -> tuple[Missing, ...]:
    """What has to be issued, in an order that works: authorities first.

    RefusedError when an authority that exists cannot be used: its key is lost or does not fit, or it has ended.
    """
    found: list[Missing] = []
    authorities: dict[str, _Authority | None] = {}
    for ca in design.pki.cas:
        if rotation.half_promoted(state, ca.name):
            authorities[ca.name] = None
            found.append(Missing(rotation.step(ca.name, rotation.Stage.REISSUE), "was interrupted"))
            continue
        authorities[ca.name] = _authority(state, ca.name, now)
        if authorities[ca.name] is None:
            found.append(Missing(ca_name(ca.name), "absent"))
        if why := rotation.trust_reason(state, ca.name):
            found.append(Missing(trust_name(ca.name), why))
    if why := rotation.service_account_reason(state):
        found.append(Missing(SA_KEY, why))
    if state.read(ENCRYPTION_KEY) is None:
        found.append(Missing(ENCRYPTION_KEY, "absent"))
    for leaf in design.pki.leaves:
        reason = _leaf_reason(state, leaf, authorities[leaf.ca], design.pki, now)
        if reason:
            found.append(Missing(leaf.cert, reason))
    return tuple(found)


def issue(state: State, design: Design, name: str, clock: Clock) -> None:
    """Make one thing that `missing` named, or make it again. KeyError for a name that the design does not plan."""
    if name == SA_KEY:
        rotation.issue_service_account(state)
        return
    if name == ENCRYPTION_KEY:
        if state.read(name) is None:
            state.write(name, base64.b64encode(secrets.token_bytes(32)), durable=True)
        return
    if name.startswith(rotation.PREFIX):
        rotation.advance(state, design, name, clock.now())
        return
    for ca in design.pki.cas:
        if name == ca_name(ca.name):
            _issue_authority(state, ca, clock.now())
            return
        if name == trust_name(ca.name):
            rotation.write_trust(state, ca.name)
            return
    for leaf in design.pki.leaves:
        if name == leaf.cert:
            _issue_leaf(state, leaf, clock.now())
            return
    raise KeyError(name)


def touched(state: State, design: Design, name: str) -> frozenset[str]:
    """The values in the state folder that change when this thing is issued."""
    if name == SA_KEY:
        return rotation.touched_service_account(state)
    if name.startswith(rotation.PREFIX):
        return rotation.touched(name)
    for ca in design.pki.cas:
        if name == ca_name(ca.name):
            return frozenset({name, ca_key(ca.name), trust_name(ca.name)})
    return frozenset({name, *(leaf.key for leaf in design.pki.leaves if leaf.cert == name)})


def lost(state: State, design: Design) -> tuple[str, ...]:
    """What the folder of a living cluster must have and lacks: a new one in its place would be another's, to all that
    was signed or encrypted with the old. A rotation that was interrupted in the middle has lost nothing."""
    wanted = [
        name
        for ca in design.pki.cas
        if not rotation.half_promoted(state, ca.name)
        for name in (ca_name(ca.name), ca_key(ca.name))
    ]
    if not rotation.half_promoted(state, rotation.SERVICE_ACCOUNT):
        wanted.append(SA_KEY)
    return tuple(name for name in (*wanted, ENCRYPTION_KEY) if state.read(name) is None)


def expiries(state: State, design: Design) -> tuple[tuple[str, datetime], ...]:
    """When each stored certificate of the plan ends, the nearest first."""
    names = [*(ca_name(ca.name) for ca in design.pki.cas), *(leaf.cert for leaf in design.pki.leaves)]
    found: list[tuple[str, datetime]] = []
    for name in names:
        stored = state.read(name)
        if stored is not None:
            found.append((name, certificates.load_certificate(stored).not_valid_after_utc))
    return tuple(sorted(found, key=lambda item: (item[1], item[0])))


def aging(state: State, design: Design, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """The authorities that end before a leaf issued today would: (name, end). They are due for a rotation."""
    found: list[tuple[str, datetime]] = []
    for ca in design.pki.cas:
        stored = state.read(ca_name(ca.name))
        if stored is None:
            continue
        try:
            end = certificates.load_certificate(stored).not_valid_after_utc
        except ValueError:
            continue  # `missing` refuses it, with its name
        if end - now < design.pki.leaf_life:
            found.append((ca.name, end))
    return tuple(found)


def _issue_authority(state: State, ca: Ca, now: datetime) -> None:
    if state.read(ca_name(ca.name)) is not None:
        return
    # The key first: when only it was written before a crash, it is used, not replaced.
    key = rotation.kept_key(state, ca_key(ca.name))
    state.write(ca_name(ca.name), certificates.pem(certificates.make_ca(ca, key, now)), durable=True)


def _issue_leaf(state: State, leaf: Leaf, now: datetime) -> None:
    authority = _authority(state, leaf.ca, now)
    if authority is None:
        raise RefusedError(f"{leaf.cert} cannot be issued: {ca_name(leaf.ca)} does not exist yet")
    key = certificates.new_key()
    certificate = certificates.make_leaf(leaf, key.public_key(), authority.certificate, authority.key, now)
    # A crash between the two leaves a pair that does not fit, which `missing` notices.
    state.write(leaf.key, certificates.key_pem(key))
    state.write(leaf.cert, certificates.pem(certificate))


def lend(state: State, leaf: Leaf, clock: Clock) -> tuple[Secret, Secret]:
    """A certificate and its key that are not kept here: they are somebody else's, and their end is near.

    RefusedError where there is no usable authority.
    """
    now = clock.now()
    authority = _authority(state, leaf.ca, now)
    if authority is None:
        raise RefusedError(
            f"no certificate for {leaf.common_name} yet: {ca_name(leaf.ca)} does not exist",
            hint="run `seakeep apply` first, or name the state folder of this cluster in SEAKEEP_STATE",
        )
    key = certificates.new_key()
    certificate = certificates.make_leaf(leaf, key.public_key(), authority.certificate, authority.key, now)
    return Secret(certificates.pem(certificate)), certificates.key_pem(key)


def _authority(state: State, ca: str, now: datetime) -> _Authority | None:
    cert_name, key_name = ca_name(ca), ca_key(ca)
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
    key = rotation.usable_key(key_stored, key_name)
    if certificate.public_key() != key.public_key():
        raise RefusedError(f"{key_name} is not the key of {cert_name}", hint=hint)
    if certificate.not_valid_after_utc <= now:
        raise RefusedError(
            f"the authority {cert_name} has ended on {rfc3339(certificate.not_valid_after_utc)}: nothing that it "
            "signed is trusted any more",
            hint="docs/how-to/renew-certificates.md says what can be done about an authority that has ended",
        )
    return _Authority(certificate, key)


def _leaf_reason(state: State, leaf: Leaf, authority: _Authority | None, pki: Pki, now: datetime) -> str:
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
    if authority is None or not certificates.signed_by(certificate, authority.certificate):
        return "issued by another authority"
    return _difference(leaf, certificate) or _ending(leaf, certificate, authority.certificate, pki, now)


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


def _ending(leaf: Leaf, certificate: x509.Certificate, authority: x509.Certificate, pki: Pki, now: datetime) -> str:
    end = certificate.not_valid_after_utc
    if end <= now:
        return f"expired on {rfc3339(end)}"
    # One that ends with its authority would only be made again as it is.
    if end - now < pki.renew_before and end < authority.not_valid_after_utc:
        return f"expires on {rfc3339(end)}"
    if end - now > leaf.life + CLOCK_SLACK:
        return f"expires on {rfc3339(end)}, later than the design's life of certificates allows"
    if certificate.not_valid_before_utc > now:
        return f"not valid before {rfc3339(certificate.not_valid_before_utc)}"
    return ""


def _subject_text(common_name: str, organizations: tuple[str, ...]) -> str:
    return ", ".join((f"CN={common_name}", *(f"O={item}" for item in organizations)))
