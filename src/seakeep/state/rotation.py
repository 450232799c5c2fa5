"""Replacing an authority, or the service-account key, in stages that never leave anybody without somebody to trust.

    stage      signs      is trusted             made by the step
    (none)     ca         ca
    trust      ca         ca and next            rotation/<authority>/trust
    reissue    next       next and previous      rotation/<authority>/reissue: `next` becomes `ca`, `ca` `previous`
    (none)     ca         ca                     rotation/<authority>/drop: `previous` is forgotten

Which stage an authority is in is told by its files and by nothing else, so that a crash between two of them leaves
either the stage before or the one after; where it leaves something between, `pki.missing` finishes it. Whether the
machines have come to the stage is a plan's question, not this folder's.
"""

from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric import ec

from seakeep.core.errors import RefusedError
from seakeep.core.secret import Secret
from seakeep.design.model import Design
from seakeep.state import certificates
from seakeep.state.folder import State

PREFIX = "rotation/"
SERVICE_ACCOUNT = "service-account"
"""The service-account key pair, among the names of authorities."""

SA_KEY = "pki/sa.key"
SA_PUBLIC = "pki/sa.pub"
"""One public key, or two while the pair is replaced."""

_SA_NEXT = "pki/sa-next.key"
_SA_PREVIOUS = "pki/sa-previous.pub"


class Stage(StrEnum):
    """The steps of a rotation. TRUST and REISSUE are also states that last."""

    TRUST = "trust"
    REISSUE = "reissue"
    DROP = "drop"


NEXT: dict[Stage | None, Stage] = {None: Stage.TRUST, Stage.TRUST: Stage.REISSUE, Stage.REISSUE: Stage.DROP}
"""The step that comes after a state."""


def ca_name(ca: str) -> str:
    """The certificate of the authority that signs."""
    return f"pki/{ca}/ca.crt"


def ca_key(ca: str) -> str:
    """Its key."""
    return f"pki/{ca}/ca.key"


def trust_name(ca: str) -> str:
    """The certificates that are trusted in its place: one, or two while it is replaced."""
    return f"pki/{ca}/trust.crt"


def step(ca: str, stage: Stage) -> str:
    """The name of a stage as a thing to issue."""
    return f"{PREFIX}{ca}/{stage}"


def names(design: Design) -> tuple[str, ...]:
    """What can be replaced."""
    return (*(ca.name for ca in design.pki.cas), SERVICE_ACCOUNT)


def stage(state: State, ca: str) -> Stage | None:
    """Where the rotation stands; None where there is none."""
    following, previous = others(ca)
    if state.read(previous) is not None and not half_promoted(state, ca):
        return Stage.REISSUE
    return Stage.TRUST if state.read(following) is not None else None


def stages(state: State, design: Design) -> dict[str, Stage]:
    """Every rotation that is under way."""
    found = {name: stage(state, name) for name in names(design)}
    return {name: at for name, at in found.items() if at is not None}


def half_promoted(state: State, ca: str) -> bool:
    """Whether the step to REISSUE was begun and not finished."""
    following, previous = others(ca)
    return state.read(following) is not None and state.read(previous) is not None


def trust_reason(state: State, ca: str) -> str:
    """Why what is trusted has to be written, or ''."""
    stored = state.read(trust_name(ca))
    if stored is None:
        return "absent"
    return "" if stored == _trusted(state, ca) else "is not what the authority's rotation has come to"


def service_account_reason(state: State) -> str:
    """The same for the service-account key and its public halves."""
    if state.read(SA_KEY) is None or state.read(SA_PUBLIC) is None:
        return "absent"
    if half_promoted(state, SERVICE_ACCOUNT):
        return "was interrupted"
    return "" if state.read(SA_PUBLIC) == _public_keys(state) else "is not what the key's rotation has come to"


def write_trust(state: State, ca: str) -> None:
    """Store what is trusted. RefusedError without an authority."""
    trusted = _trusted(state, ca)
    if trusted is None:
        raise RefusedError(f"{trust_name(ca)} cannot be made: {ca_name(ca)} does not exist yet")
    state.write(trust_name(ca), trusted, durable=True)


def issue_service_account(state: State) -> None:
    """Make the key where there is none, finish what was interrupted, and write the public halves."""
    if half_promoted(state, SERVICE_ACCOUNT):
        _promote_service_account(state)
        return
    kept_key(state, SA_KEY)
    _write_public_keys(state)


def touched_service_account(state: State) -> frozenset[str]:
    """What `issue_service_account` changes: of a key that is whole only what is trusted."""
    whole = state.read(SA_KEY) is not None and not half_promoted(state, SERVICE_ACCOUNT)
    return frozenset({SA_PUBLIC} if whole else {SA_KEY, SA_PUBLIC})


def touched(name: str) -> frozenset[str]:
    """The values in the state folder that machines have and that this step changes."""
    ca, _, at = name.removeprefix(PREFIX).partition("/")
    if ca == SERVICE_ACCOUNT:
        return frozenset({SA_KEY, SA_PUBLIC} if at == Stage.REISSUE else {SA_PUBLIC})
    if at != Stage.REISSUE:
        return frozenset({trust_name(ca)})
    # Of the others' authorities the same two are trusted, in the same order (`_trusted`).
    return frozenset({ca_name(ca), ca_key(ca), *((trust_name(ca),) if ca == "cluster" else ())})


def advance(state: State, design: Design, name: str, now: datetime) -> None:
    """Do one step. Doing it again changes nothing. KeyError for a name that is none; RefusedError for one that does
    not follow from where the rotation stands."""
    ca, _, word = name.removeprefix(PREFIX).partition("/")
    if ca not in names(design):
        raise KeyError(name)
    wanted, at = Stage(word), stage(state, ca)
    done = {Stage.TRUST: at is Stage.TRUST, Stage.REISSUE: at is Stage.REISSUE, Stage.DROP: at is None}[wanted]
    if not done and NEXT.get(at) is not wanted:
        raise RefusedError(f"the rotation of {ca} is at {at or 'its beginning'}: {wanted} does not come next")
    if ca == SERVICE_ACCOUNT:
        _advance_service_account(state, wanted)
        return
    following, previous = others(ca)
    if wanted is Stage.TRUST:
        key = kept_key(state, following.replace(".crt", ".key"))
        if state.read(following) is None:
            planned = next(each for each in design.pki.cas if each.name == ca)
            state.write(following, certificates.pem(certificates.make_ca(planned, key, now)), durable=True)
    elif wanted is Stage.REISSUE:
        _promote(state, ca)
    else:
        for each in (previous.replace(".crt", ".key"), previous):
            state.remove(each)
    write_trust(state, ca)


def kept_key(state: State, name: str) -> ec.EllipticCurvePrivateKey:
    """The key under this name, made where there is none. One that only was written before a crash is used."""
    stored = state.read(name)
    if stored is not None:
        return usable_key(stored, name)
    key = certificates.new_key()
    state.write(name, certificates.key_pem(key), durable=True)
    return key


def usable_key(stored: Secret, name: str) -> ec.EllipticCurvePrivateKey:
    """RefusedError for one that is damaged."""
    try:
        return certificates.load_key(stored)
    except ValueError as error:
        raise RefusedError(
            f"{name} is not usable: {error}", hint="put it back from a copy of the state folder"
        ) from error


def others(ca: str) -> tuple[str, str]:
    """The next one and the previous one, by the file that says that they are there. For an authority: certificates."""
    return (_SA_NEXT, _SA_PREVIOUS) if ca == SERVICE_ACCOUNT else (f"pki/{ca}/next.crt", f"pki/{ca}/previous.crt")


def _promote(state: State, ca: str) -> None:
    """`ca` is copied before it is overwritten, and `next` is forgotten last."""
    following, previous = others(ca)
    if state.read(previous) is None:
        _copy(state, ca_key(ca), previous.replace(".crt", ".key"))
        _copy(state, ca_name(ca), previous)
    if state.read(following) is not None:
        key = following.replace(".crt", ".key")
        if state.read(key) is not None:
            _copy(state, key, ca_key(ca))
        _copy(state, following, ca_name(ca))
        # The key goes first: left behind, it would become the key of the authority after this one.
        state.remove(key)
        state.remove(following)


def _advance_service_account(state: State, wanted: Stage) -> None:
    if wanted is Stage.TRUST:
        kept_key(state, _SA_NEXT)
    elif wanted is Stage.REISSUE:
        _promote_service_account(state)
    else:
        state.remove(_SA_PREVIOUS)
    _write_public_keys(state)


def _promote_service_account(state: State) -> None:
    if state.read(_SA_PREVIOUS) is None:
        state.write(_SA_PREVIOUS, _public(state, SA_KEY), durable=True)
    if state.read(_SA_NEXT) is not None:
        _copy(state, _SA_NEXT, SA_KEY)
        state.remove(_SA_NEXT)
    _write_public_keys(state)


def _write_public_keys(state: State) -> None:
    keys = _public_keys(state)
    assert keys is not None
    state.write(SA_PUBLIC, keys, durable=True)


def _public_keys(state: State) -> Secret | None:
    if state.read(SA_KEY) is None:
        return None
    keys = [_public(state, SA_KEY)]
    if state.read(_SA_NEXT) is not None:
        keys.append(_public(state, _SA_NEXT))
    previous = state.read(_SA_PREVIOUS)
    if previous is not None and previous.reveal() not in keys:
        keys.append(previous.reveal())
    return Secret(b"".join(keys))


def _public(state: State, name: str) -> bytes:
    stored = state.read(name)
    assert stored is not None
    return certificates.public_pem(usable_key(stored, name).public_key())


def _trusted(state: State, ca: str) -> Secret | None:
    """The one that signs, and the one that is coming or going.

    For the cluster's authority the one that signs stands first: its readers are restarted when the order changes, so
    that afterwards none of them goes on with a certificate that the old one signed. The others' oldest stands first,
    and the order stays: etcd reads certificates at every handshake and the API server follows its files, so that
    issuing them anew needs no restart.
    """
    own = state.read(ca_name(ca))
    if own is None:
        return None
    following, previous = (state.read(name) for name in others(ca))
    parts = [own.reveal()]
    if following is not None:
        parts.append(following.reveal())
    if previous is not None:
        parts.insert(len(parts) if ca == "cluster" else 0, previous.reveal())
    return Secret(b"".join(dict.fromkeys(parts)))


def _copy(state: State, source: str, target: str) -> None:
    value = state.read(source)
    assert value is not None
    state.write(target, value, durable=True)
