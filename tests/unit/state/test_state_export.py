"""A state folder as one encrypted file, and what is refused of files that are none or were made on purpose."""

import io
import tarfile
from collections.abc import Callable

import msgspec
import pyrage
import pytest
import zstandard
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from seakeep.core.errors import SeakeepError, UndecidedError, UsageError
from seakeep.core.secret import Secret
from seakeep.state import export
from seakeep.state.folder import State

ALICE = pyrage.x25519.Identity.generate()
ALICE_KEY = Secret(f"# made today\n{ALICE}\n".encode())
ALICE_PUBLIC = str(ALICE.to_public())


def filled(state: State) -> export.Export:
    state.write("pki/cluster/ca.crt", b"certificate")
    state.write("pki/cluster/ca.key", Secret(b"key"))
    state.write("runs/20261123T000000Z-apply-0000/journal.jsonl", b"{}\n")
    state.write("lock", b"who")
    return export.collect(state, cluster="c", created="2026-11-23T00:00:00Z", by="me@here", program="0.1.0")


def test_everything_but_the_lock_comes_back(state: State) -> None:
    made = filled(state)
    back = export.unpack(export.pack(made), source="x")
    assert back.header == made.header
    assert back.header.authority == export.authority(state)
    assert {name: value.reveal() for name, value in back.values.items()} == {
        "pki/cluster/ca.crt": b"certificate",
        "pki/cluster/ca.key": b"key",
        "runs/20261123T000000Z-apply-0000/journal.jsonl": b"{}\n",
    }


def members(*entries: tuple[str, bytes], kind: bytes = tarfile.REGTYPE) -> Secret:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size, info.type = len(content), kind
            tar.addfile(info, io.BytesIO(content))
    return Secret(zstandard.compress(buffer.getvalue()))


def header(made: export.Export, **changes: object) -> bytes:
    return msgspec.json.encode(msgspec.structs.replace(made.header, **changes))


def entry(name: str, content: bytes) -> export.Entry:
    return export.Entry(name, len(content), export.hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a//b", "a/../b", ".hidden", "a/.b", "", "a\nb"])
def test_a_name_that_leads_out_of_the_folder_is_refused(state: State, name: str) -> None:
    made = filled(state)
    packed = members(("header.json", header(made, entries=(entry(name, b"x"),), authority="")), (f"state/{name}", b"x"))
    with pytest.raises(UsageError, match=r"has no place in a state folder|not hold what its header names"):
        export.unpack(packed, source="x")


Made = Callable[[export.Export], Secret]
BROKEN: dict[str, tuple[Made, str]] = {
    "not compressed": (lambda made: Secret(b"plain"), "is not a state export"),
    "not a tar": (lambda made: Secret(zstandard.compress(b"plain" * 300)), "is not a state export"),
    "nothing in it": (members, "does not begin with a header"),
    "no header first": (lambda made: members(("state/a", b"x")), "does not begin with a header"),
    "a header that is none": (lambda made: members(("header.json", b"{")), "is not a state export"),
    "something else": (lambda made: members(("header.json", header(made, kind="Plan"))), "it is a Plan"),
    "a link": (lambda made: members(("header.json", b""), kind=tarfile.SYMTYPE), "header.json is not a file"),
    "less than named": (lambda made: members(("header.json", header(made))), "does not hold what its header names"),
    "more than named": (
        lambda made: members(("header.json", header(made, entries=())), ("state/a", b"x")),
        "does not hold what its header names",
    ),
    "twice the same": (
        lambda made: members(
            ("header.json", header(made, entries=(entry("a", b"x"),))), ("state/a", b"x"), ("state/a", b"y")
        ),
        "does not hold what its header names",
    ),
    "other content": (
        lambda made: members(("header.json", header(made, entries=(entry("a", b"x"),))), ("state/a", b"y")),
        "a is damaged",
    ),
    "another authority": (
        lambda made: members(("header.json", header(made, entries=(entry("a", b"x"),))), ("state/a", b"x")),
        "another authority",
    ),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_what_is_no_export_is_told(state: State, case: str) -> None:
    make, why = BROKEN[case]
    with pytest.raises(UsageError, match=why):
        export.unpack(make(filled(state)) if case != "nothing in it" else members(), source="x")


def test_another_version_is_told(state: State) -> None:
    packed = members(("header.json", b'{"apiVersion":"seakeep/v9","kind":"StateExport","whatever":1}'))
    with pytest.raises(UndecidedError, match="version seakeep/v9, not seakeep/v1"):
        export.unpack(packed, source="x")


def test_it_does_not_unpack_to_more_than_any_folder_is(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "LIMIT", 1000)
    with pytest.raises(UsageError, match="larger than any state folder"):
        export.unpack(Secret(zstandard.compress(bytes(10**7))), source="x")


@settings(max_examples=60)
@given(st.binary(max_size=300))
def test_any_bytes_are_told(data: bytes) -> None:
    for packed in (Secret(data), Secret(zstandard.compress(data))):
        with pytest.raises(SeakeepError):
            export.unpack(packed, source="x")


def test_recipients_and_their_identities() -> None:
    other = pyrage.x25519.Identity.generate()
    sealed = export.seal(Secret(b"words"), passphrase=None, recipients=(ALICE_PUBLIC, str(other.to_public())))
    assert b"words" not in sealed
    for key in (ALICE_KEY, Secret(str(other).encode())):
        assert export.open_sealed(sealed, passphrase=None, identities=(key,), source="x").reveal() == b"words"
    stranger = Secret(str(pyrage.x25519.Identity.generate()).encode())
    with pytest.raises(UsageError, match="cannot be opened with these identities"):
        export.open_sealed(sealed, passphrase=None, identities=(stranger,), source="x")
    with pytest.raises(UsageError, match="needs an identity"):
        export.open_sealed(sealed, passphrase=Secret(b"p"), identities=(), source="x")
    with pytest.raises(UsageError, match="cannot be opened"):
        export.open_sealed(sealed[:-1], passphrase=None, identities=(ALICE_KEY,), source="x")


def test_an_ssh_key_is_a_recipient_too() -> None:
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    sealed = export.seal(Secret(b"words"), passphrase=None, recipients=(public.decode(),))
    assert export.open_sealed(sealed, passphrase=None, identities=(Secret(private),), source="x").reveal() == b"words"


def test_a_computer_that_was_busy_when_it_measured_itself_measures_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Age refuses to open what would take this computer too long, and measures that anew each time."""
    fails = [pyrage.DecryptError("Excessive work parameter for passphrase.")] * 2

    def busy(data: bytes, passphrase: str) -> bytes:
        if fails:
            raise fails.pop()
        return b"words"

    monkeypatch.setattr(pyrage.passphrase, "decrypt", busy)
    sealed = b"age-encryption.org/v1\n-> scrypt x 18\n"
    opened = export.open_sealed(sealed, passphrase=Secret(b"p"), identities=(), source="x")
    assert opened.reveal() == b"words"

    fails += [pyrage.DecryptError("Excessive work parameter for passphrase.")] * 100
    with pytest.raises(UsageError, match="Excessive work"):
        export.open_sealed(sealed, passphrase=Secret(b"p"), identities=(), source="x")


def test_a_passphrase_opens_and_a_wrong_one_does_not() -> None:
    """One test, because deriving a key from a passphrase takes a second on purpose."""
    sealed = export.seal(Secret(b"words"), passphrase=Secret("geheim ü".encode()), recipients=())
    assert (
        export.open_sealed(sealed, passphrase=Secret("geheim ü".encode()), identities=(), source="x").reveal()
        == b"words"
    )
    with pytest.raises(UsageError, match="cannot be opened with this passphrase"):
        export.open_sealed(sealed, passphrase=Secret(b"geheim"), identities=(), source="x")
    with pytest.raises(UsageError, match="needs a passphrase"):
        export.open_sealed(sealed, passphrase=None, identities=(ALICE_KEY,), source="x")


@pytest.mark.parametrize("recipient", ["", "age1", "age1zzz", "ssh-ed25519 AAAA", "ssh-dss x", "AGE-SECRET-KEY-1X"])
def test_what_is_no_recipient_is_told(recipient: str) -> None:
    with pytest.raises(UsageError, match="is not a recipient"):
        export.seal(Secret(b"x"), passphrase=None, recipients=(recipient,))


@pytest.mark.parametrize("content", [b"", b"words", b"\xff", b"-----BEGIN OPENSSH PRIVATE KEY-----\nx\n"])
def test_what_is_no_identity_is_told(content: bytes) -> None:
    sealed = export.seal(Secret(b"words"), passphrase=None, recipients=(ALICE_PUBLIC,))
    with pytest.raises(UsageError, match="identit"):
        export.open_sealed(sealed, passphrase=None, identities=(Secret(content),), source="x")


@pytest.mark.parametrize("data", [b"", b"words", b"age-encryption.org/v1", b"age-encryption.org/v2\n-> x\n"])
def test_what_is_not_of_the_age_format_is_told(data: bytes) -> None:
    with pytest.raises(UsageError, match="is not an age file"):
        export.open_sealed(data, passphrase=Secret(b"x"), identities=(), source="x")
