"""Moving a state folder to another computer, and bringing back what one lost."""

import asyncio
import errno
import fcntl
import os
import stat
from pathlib import Path
from typing import Any

import pyrage
import pytest
from tests.unit.phases.world import World

from seakeep.artifacts.registry import render_machine
from seakeep.core.errors import MachineError, RefusedError, UsageError
from seakeep.core.secret import Secret
from seakeep.design.traits import Traits
from seakeep.flows import recover, state, view
from seakeep.state import pki
from seakeep.transport.base import Result

from .world import FakeSession

KEY = pyrage.x25519.Identity.generate()
RECIPIENTS = (str(KEY.to_public()),)
IDENTITY = (Secret(str(KEY).encode()),)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All keys of one cluster."""
    session = FakeSession(tmp_path_factory.mktemp("issued"))
    for each in pki.missing(session.state, session.design, session.clock.now()):
        pki.issue(session.state, session.design, each.name, session.clock)
    return tree(session)


def tree(session: FakeSession) -> dict[str, bytes]:
    return {name: session.state.path(name).read_bytes() for name in session.state.names() if name != "lock"}


def session_with(folder: Path, values: dict[str, bytes]) -> FakeSession:
    folder.mkdir()
    session = FakeSession(folder)
    for name, content in values.items():
        session.state.write(name, content)
    return session


def exported(session: FakeSession, file: Path) -> None:
    asyncio.run(state.export_to(session, file, passphrase=None, recipients=RECIPIENTS))


def imported(session: FakeSession, file: Path, *, replace: bool = False) -> Any:
    return asyncio.run(state.import_from(session, file, passphrase=None, identities=IDENTITY, replace=replace))


async def test_a_second_operator_gets_everything(tmp_path: Path, issued: dict[str, bytes]) -> None:
    first = session_with(tmp_path / "first", issued)
    run = await first.past_run("apply", "failed")
    file = tmp_path / "x.age"
    made = await state.export_to(first, file, passphrase=None, recipients=RECIPIENTS)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    second = session_with(tmp_path / "second", {})
    got = await state.import_from(second, file, passphrase=None, identities=IDENTITY, replace=False)
    assert tree(second) == tree(first)
    assert (got.authority, got.values, got.kept) == (made.authority, made.values, "")
    assert list(second.state.unsafe()) == []
    assert sorted(path.name for path in (tmp_path / "second").iterdir()) == ["state"]
    shown = await state.show(second)
    assert (shown.newest_run, shown.missing, shown.authority) == (run.id, (), made.authority)


def test_another_clusters_folder_is_never_overwritten(tmp_path: Path, issued: dict[str, bytes]) -> None:
    exported(session_with(tmp_path / "a", issued), tmp_path / "a.age")
    other = session_with(tmp_path / "b", {})
    for each in pki.missing(other.state, other.design, other.clock.now())[:3]:
        pki.issue(other.state, other.design, each.name, other.clock)
    before = tree(other)
    for replace in (False, True):
        with pytest.raises(RefusedError, match="another cluster of this name"):
            imported(other, tmp_path / "a.age", replace=replace)
    assert tree(other) == before


def test_a_file_of_another_name_is_refused(tmp_path: Path, issued: dict[str, bytes]) -> None:
    exported(session_with(tmp_path / "a", issued), tmp_path / "a.age")
    (tmp_path / "b").mkdir()
    with pytest.raises(RefusedError, match="is of the cluster 'three-sites'"):
        imported(FakeSession(tmp_path / "b", "single"), tmp_path / "a.age")


def test_the_same_cluster_is_replaced_when_asked_for_and_kept(tmp_path: Path, issued: dict[str, bytes]) -> None:
    session = session_with(tmp_path / "a", issued)
    exported(session, tmp_path / "a.age")
    session.state.write("pki/cluster/admin.crt", b"newer")
    newer = tree(session)
    with pytest.raises(RefusedError, match="already holds"):
        imported(session, tmp_path / "a.age")
    assert tree(session) == newer
    report = imported(session, tmp_path / "a.age", replace=True)
    assert tree(session) == issued
    assert (Path(report.kept) / "pki/cluster/admin.crt").read_bytes() == b"newer"


def test_nothing_is_changed_by_what_cannot_be_opened(tmp_path: Path, issued: dict[str, bytes]) -> None:
    exported(session_with(tmp_path / "a", issued), tmp_path / "a.age")
    data = (tmp_path / "a.age").read_bytes()
    (tmp_path / "a.age").write_bytes(data[:-20])
    session = session_with(tmp_path / "b", {})
    with pytest.raises(UsageError, match="cannot be opened"):
        imported(session, tmp_path / "a.age")
    with pytest.raises(UsageError, match="cannot be read"):
        imported(session, tmp_path / "absent")
    assert tree(session) == {}


def test_killed_before_the_end_the_folder_is_as_it_was(
    tmp_path: Path, issued: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_with(tmp_path / "a", issued)
    exported(session, tmp_path / "a.age")

    class KilledError(BaseException):
        pass

    real = state.State.write

    def write(self: Any, name: str, value: Any, *, durable: bool = False) -> None:
        if name.endswith("sa.key"):
            raise KilledError
        real(self, name, value, durable=durable)

    with monkeypatch.context() as patch:
        patch.setattr(state.State, "write", write)
        with pytest.raises(KilledError):
            imported(session, tmp_path / "a.age", replace=True)
    assert tree(session) == issued
    imported(session, tmp_path / "a.age", replace=True)
    assert not list((tmp_path / "a").glob(".*importing"))


def test_a_disk_that_is_full_leaves_nothing_behind(
    tmp_path: Path, issued: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = session_with(tmp_path / "a", issued)
    exported(session, tmp_path / "a.age")
    left, real = [7], os.fsync

    def fsync(descriptor: int) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fsync)
        with pytest.raises(OSError, match="No space left on device") as caught:
            imported(session, tmp_path / "a.age", replace=True)
    assert str(caught.value.filename).startswith(str(tmp_path / "a"))
    assert tree(session) == issued
    assert not list((tmp_path / "a").glob(".*importing"))


def test_a_device_is_not_read_to_its_end(tmp_path: Path) -> None:
    """Its end would never come."""
    session = session_with(tmp_path / "b", {})
    os.mkfifo(tmp_path / "endless")
    writer = os.open(tmp_path / "endless", os.O_RDWR)
    os.write(writer, bytes(100))
    try:
        with pytest.raises(UsageError, match="not an age file"):
            imported(session, tmp_path / "endless")
    finally:
        os.close(writer)


def test_an_export_overwrites_nothing_and_waits_for_nobody(tmp_path: Path, issued: dict[str, bytes]) -> None:
    session = session_with(tmp_path / "a", issued)
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(RefusedError, match="exists"):
        exported(session, tmp_path / "taken")
    with pytest.raises(UsageError, match="cannot be written"):
        exported(session, tmp_path / "no" / "folder")
    with pytest.raises(RefusedError, match="holds no keys"):
        exported(session_with(tmp_path / "empty", {}), tmp_path / "x")
    fd = os.open(session.state.path("lock"), os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(fd, fcntl.LOCK_EX)
    with pytest.raises(RefusedError, match="being worked on"):
        exported(session, tmp_path / "x")
    os.close(fd)
    assert (tmp_path / "taken").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "empty", "taken"]


class Files:
    """A machine whose files can be read."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        path = script.removeprefix("cat -- ")
        return Result(0, self.files[path], "") if path in self.files else Result(1, b"", "No such file")


@pytest.fixture
def living(tmp_path: Path, issued: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> FakeSession:
    """A cluster whose machines have all that they should have."""
    session = session_with(tmp_path / "living", issued)
    hosts = {}
    for machine in session.design.machines:
        files = render_machine(session.design, machine, Traits()).files
        hosts[machine.name] = Files({each.path: each.content(session.state.resolve) or b"" for each in files})
    monkeypatch.setattr(session, "host", hosts.__getitem__)
    return session


def test_what_machines_have_is_brought_back(living: FakeSession, issued: dict[str, bytes]) -> None:
    lost = ("secrets/encryption.key", "pki/sa.key", "pki/cluster/ca.key", "pki/etcd/ca.key")
    for name in lost:
        living.state.remove(name)
    report = asyncio.run(recover.recover(living))
    found = {each.name: (each.source, each.problem) for each in report.values}
    assert found.keys() == set(lost)
    assert found["secrets/encryption.key"][0] == "a-cp1:/etc/kubernetes/encryption.yaml"
    assert "no machine has it" in found["pki/etcd/ca.key"][1]
    assert report.exit_code == 1
    left = {name: content for name, content in issued.items() if name != "pki/etcd/ca.key"}
    assert tree(living) == left


def test_nothing_that_is_there_is_replaced(living: FakeSession) -> None:
    before = tree(living)
    assert asyncio.run(recover.recover(living)).values == ()
    assert tree(living) == before


def test_copies_that_differ_are_left_alone(living: FakeSession) -> None:
    living.state.remove("pki/sa.key")
    living.host("b-cp1").files["/etc/kubernetes/pki/sa.key"] = b"another"  # type: ignore[attr-defined]
    (value,) = asyncio.run(recover.recover(living)).values
    assert "have different copies" in value.problem
    assert living.state.read("pki/sa.key") is None


def test_machines_that_do_not_answer_are_told(living: FakeSession, monkeypatch: pytest.MonkeyPatch) -> None:
    living.state.remove("secrets/encryption.key")

    class Gone:
        async def run(self, script: str, *, what: str, timeout: float) -> Result:
            raise MachineError("no route", host="x")

    monkeypatch.setattr(living, "host", lambda name: Gone())
    (value,) = asyncio.run(recover.recover(living)).values
    assert "no route" in value.problem


@pytest.mark.parametrize("name", ["secrets/encryption.key", "pki/sa.key", "pki/etcd/ca.crt", "pki/cluster/ca.crt"])
async def test_a_living_cluster_is_not_given_a_new_key_of_what_it_has_one_of(
    living: FakeSession, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a new encryption key the API servers could not read a single Secret of before."""
    boxes = World.converged().boxes
    for box in boxes.values():
        living.raw[box.machine.name] = dict(box.facts().raw)
    monkeypatch.setattr(living, "no_way", RefusedError("no API in this test"))
    await view.observe(living)
    living.state.remove(name)
    with pytest.raises(RefusedError, match=f"its keys are not in .*{name}") as caught:
        await view.observe(living)
    assert "state recover" in caught.value.hint
