"""A state folder as one encrypted file: an age file with a zstd tar in it, whose first member is a header.

age authenticates what was encrypted with a passphrase. What was encrypted to a recipient can come from anybody who
knows the recipient: so nothing in the tar is trusted before it was looked at, and the header's fingerprint of the
cluster's authority is shown to the person.
"""

import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec
import pyrage
import zstandard

from seakeep.core.errors import UndecidedError, UsageError
from seakeep.core.secret import Secret
from seakeep.state.folder import State

API_VERSION: Literal["seakeep/v1"] = "seakeep/v1"
HEADER = "header.json"
AGE = b"age-encryption.org/v1\n"
"""How an age file begins."""
LIMIT = 1 << 30
"""Bytes that an export may unpack to."""
LEFT_OUT = frozenset({"lock"})
"""Who works on the cluster right now is not part of it."""


class Entry(msgspec.Struct, frozen=True):
    """One value of the folder."""

    name: str
    size: int
    sha256: str


class Header(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an export is of. `authority` is the fingerprint of the cluster's authority, '' where it has none yet."""

    api_version: str = API_VERSION
    kind: str = "StateExport"
    cluster: str
    authority: str
    created: str
    by: str
    program: str
    entries: tuple[Entry, ...]


class _Version(msgspec.Struct, rename="camel"):
    api_version: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Export:
    """A header and what it names."""

    header: Header
    values: Mapping[str, Secret]


def authority(state: State) -> str:
    """The sha256 of the cluster's authority in hex; '' where it has none yet."""
    found = state.read("pki/cluster/ca.crt")
    return hashlib.sha256(found.reveal()).hexdigest() if found is not None else ""


def collect(state: State, *, cluster: str, created: str, by: str, program: str) -> Export:
    """Everything in the folder. RefusedError for a value that others could have read."""
    values = {name: state.read(name) for name in state.names() if name not in LEFT_OUT}
    found = {name: value for name, value in values.items() if value is not None}
    entries = tuple(
        Entry(name, len(value.reveal()), hashlib.sha256(value.reveal()).hexdigest()) for name, value in found.items()
    )
    header = Header(
        cluster=cluster, authority=authority(state), created=created, by=by, program=program, entries=entries
    )
    return Export(header, found)


def pack(export: Export) -> Secret:
    """The tar, compressed. The same export gives the same bytes."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        members = [(HEADER, msgspec.json.encode(export.header))]
        members += [(f"state/{name}", value.reveal()) for name, value in export.values.items()]
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(content), 0o600
            tar.addfile(info, io.BytesIO(content))
    return Secret(zstandard.ZstdCompressor(level=6).compress(buffer.getvalue()))


def unpack(packed: Secret, *, source: str) -> Export:
    """Look at everything before anything of it is used. UsageError for what is no export, or a damaged one;
    UndecidedError for one of another version."""
    try:
        plain = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed.reveal())).read(LIMIT + 1)
        if len(plain) > LIMIT:
            raise _not_one(source, "it is larger than any state folder")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as tar:
            members = [(each.name, _content(tar, each, source)) for each in tar]
    except (zstandard.ZstdError, tarfile.TarError, EOFError) as error:
        raise _not_one(source, str(error)) from error
    if not members or members[0][0] != HEADER:
        raise _not_one(source, "it does not begin with a header")
    header = _header(members[0][1], source)
    values = {name.removeprefix("state/"): Secret(content) for name, content in members[1:]}
    wanted = {entry.name: entry for entry in header.entries}
    if values.keys() != wanted.keys() or len(values) != len(members) - 1:
        raise _not_one(source, "it does not hold what its header names")
    for name, value in values.items():
        _safe(name, source)
        if hashlib.sha256(value.reveal()).hexdigest() != wanted[name].sha256:
            raise _not_one(source, f"{name} is damaged")
    found = values.get("pki/cluster/ca.crt")
    if header.authority != (hashlib.sha256(found.reveal()).hexdigest() if found is not None else ""):
        raise _not_one(source, "its header names another authority than the one in it")
    return Export(header, values)


def _content(tar: tarfile.TarFile, member: tarfile.TarInfo, source: str) -> bytes:
    file = tar.extractfile(member) if member.isreg() else None
    if file is None:
        raise _not_one(source, f"{member.name} is not a file")
    return file.read()


def _header(data: bytes, source: str) -> Header:
    try:
        version = msgspec.json.decode(data, type=_Version)
        if version.kind == "StateExport" and version.api_version != API_VERSION:
            raise UndecidedError(
                f"{source} is a state export of version {version.api_version or 'unknown'}, not {API_VERSION}",
                hint="import it with the version of Seakeep that made it, or a newer one",
            )
        header = msgspec.json.decode(data, type=Header)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_one(source, str(error)) from error
    if header.kind != "StateExport":
        raise _not_one(source, f"it is a {header.kind}")
    return header


def _safe(name: str, source: str) -> None:
    parts = name.split("/")
    if not name.isprintable() or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise _not_one(source, f"{name!r} has no place in a state folder")


def _not_one(source: str, why: str) -> UsageError:
    return UsageError(f"{source} is not a state export: {why}", hint="nothing was changed")


def seal(packed: Secret, *, passphrase: Secret | None, recipients: Sequence[str]) -> bytes:
    """Encrypt with a passphrase, or to recipients (`age1...`, `ssh-ed25519 ...`, `ssh-rsa ...`). UsageError for a
    recipient that is none."""
    if passphrase is not None:
        return bytes(pyrage.passphrase.encrypt(packed.reveal(), passphrase.reveal().decode()))
    return bytes(pyrage.encrypt(packed.reveal(), [_recipient(each) for each in recipients]))


def _recipient(text: str) -> object:
    kind = pyrage.ssh.Recipient if text.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        return kind.from_str(text)
    except pyrage.RecipientError as error:
        raise UsageError(f"{text[:60]!r} is not a recipient: {error}", hint="age1..., or an SSH public key") from error


def open_sealed(data: bytes, *, passphrase: Secret | None, identities: Sequence[Secret], source: str) -> Secret:
    """Decrypt. UsageError with a wrong passphrase or identity, or for what is not an age file."""
    if not data.startswith(AGE):
        raise _not_one(source, "it is not an age file")
    by_passphrase = data.partition(b"\n")[2].startswith(b"-> scrypt ")
    if by_passphrase != (passphrase is not None):
        needs = "a passphrase" if by_passphrase else "an identity (--identity)"
        raise UsageError(f"{source} was encrypted so that it needs {needs}", hint="nothing was changed")
    try:
        if passphrase is not None:
            return Secret(_by_passphrase(data, passphrase.reveal().decode()))
        return Secret(bytes(pyrage.decrypt(data, [_identity(each) for each in identities])))
    except pyrage.DecryptError as error:
        what = "this passphrase" if passphrase is not None else "these identities"
        raise UsageError(
            f"{source} cannot be opened with {what}, or it is damaged: {error}", hint="nothing was changed"
        ) from error


def _by_passphrase(data: bytes, passphrase: str) -> bytes:
    """age refuses a file whose key would take this computer much longer than a second to derive, and measures that
    within milliseconds: a moment in which the computer was busy is no reason."""
    for _ in range(_MEASUREMENTS):
        try:
            return bytes(pyrage.passphrase.decrypt(data, passphrase))
        except pyrage.DecryptError as error:
            if "excessive work" not in str(error).lower():
                raise
            refused = error
    raise refused


_MEASUREMENTS = 20


def _identity(content: Secret) -> object:
    """An SSH private key, or the first key of an age identity file."""
    try:
        if b"PRIVATE KEY" in content.reveal():
            return pyrage.ssh.Identity.from_buffer(content.reveal())
        lines = content.reveal().decode().splitlines()
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line.startswith("AGE-SECRET-KEY-")))
    except (pyrage.IdentityError, StopIteration, UnicodeDecodeError) as error:
        raise UsageError("the identity file holds neither an age identity nor an SSH private key") from error
