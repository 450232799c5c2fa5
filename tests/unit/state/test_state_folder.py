import os
from pathlib import Path

import pytest

from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.secret import Secret, SecretRef
from seakeep.state import folder
from seakeep.state.folder import State, base_folder


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.mark.parametrize(
    ("environ", "wanted"),
    [
        ({"HOME": "/home/u"}, "/home/u/.local/state/seakeep"),
        ({"HOME": "/home/u", "XDG_STATE_HOME": "/var/s"}, "/var/s/seakeep"),
        ({"HOME": "/home/u", "XDG_STATE_HOME": "relative"}, "/home/u/.local/state/seakeep"),
        ({"HOME": "/home/u", "XDG_STATE_HOME": "/var/s", "SEAKEEP_STATE": "/mine"}, "/mine"),
    ],
)
def test_where_states_lie(environ: dict[str, str], wanted: str) -> None:
    assert base_folder(environ) == Path(wanted)


def test_everything_is_for_the_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        state = State.open(tmp_path / "s" / "c")
        state.write("pki/etcd/ca.key", b"k")
        state.folder("runs/x")
    finally:
        os.umask(before)
    for path in [state.root, *state.root.rglob("*")]:
        assert mode(path) == (0o700 if path.is_dir() else 0o600), path


def test_values_come_back_and_their_repr_is_redacted(state: State) -> None:
    state.write("secrets/x", Secret(b"hunter2"))
    found = state.resolve(SecretRef("secrets/x"))
    assert found == Secret(b"hunter2")
    assert "hunter2" not in f"{found} {found!r}"
    assert state.read("secrets/y") is None
    assert state.read("secrets/x/y") is None


def test_writing_replaces_and_leaves_nothing_beside(state: State) -> None:
    state.write("a/b", b"1")
    state.write("a/b", b"2", durable=True)
    assert state.read("a/b") == Secret(b"2")
    assert state.names() == ("a/b",)
    assert [path.name for path in (state.root / "a").iterdir()] == ["b"]
    state.remove("a/b")
    state.remove("a/b")
    assert state.names() == ()


def test_a_failed_write_keeps_the_old_value(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write("a/b", b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        state.write("a/b", b"new", durable=True)
    assert state.read("a/b") == Secret(b"old")
    assert [path.name for path in (state.root / "a").iterdir()] == ["b"]


@pytest.mark.parametrize("name", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a/."])
def test_names_stay_inside(state: State, name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        state.read(name)


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o660, 0o644])
def test_a_file_open_to_others_is_refused(state: State, bits: int) -> None:
    state.write("pki/ca.key", b"k")
    state.path("pki/ca.key").chmod(bits)
    with pytest.raises(RefusedError, match=f"{bits:04o}") as caught:
        state.read("pki/ca.key")
    assert "chmod 0600" in caught.value.hint


@pytest.mark.parametrize("bits", [0o750, 0o705, 0o755, 0o777])
def test_a_folder_open_to_others_is_refused(state: State, bits: int) -> None:
    state.root.chmod(bits)
    with pytest.raises(RefusedError, match="open to other users") as caught:
        State.open(state.root)
    assert "chmod 0700" in caught.value.hint


def test_another_ones_folder_is_refused(state: State, monkeypatch: pytest.MonkeyPatch) -> None:
    state.write("x", b"1")
    monkeypatch.setattr(folder.os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(RefusedError, match="belongs to user"):
        State.open(state.root)
    with pytest.raises(RefusedError, match="belongs to user"):
        state.read("x")


def test_a_link_instead_of_a_value_is_not_followed(state: State, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"planted")
    state.folder("pki")
    state.path("pki/ca.key").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError):
        state.read("pki/ca.key")


def test_what_is_unsafe_is_listed(state: State) -> None:
    assert list(state.unsafe()) == []
    state.write("a/b", b"1")
    state.path("a").chmod(0o755)
    state.path("a/b").chmod(0o644)
    assert len(list(state.unsafe())) == 2


def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"")
    (tmp_path / "f").chmod(0o600)
    with pytest.raises(UsageError):
        State.open(tmp_path / "f" / "c")
    with pytest.raises(UsageError, match="not a folder"):
        State.open(tmp_path / "f")
