"""A file or folder of the operator's that cannot be read is told as that: with its path, a next step, and an exit code
that does not speak of work that was begun."""

import ctypes
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seakeep.cli.main import run
from seakeep.core.clock import SystemClock
from seakeep.core.errors import Exit
from seakeep.engine.journal import Journal
from seakeep.state.folder import State
from seakeep.state.runs import Run, new_run

FILE = """\
apiVersion: seakeep/v1
kind: Cluster
metadata: {name: demo}
spec:
  kubernetes: {version: v1.37.2}
  sites: [a]
  machines:
    - {name: m1, address: 10.78.0.11, site: a, roles: [etcd, control-plane, worker]}
  ssh: {user: root, port: 1, key: ~/key}
"""


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir(parents=True)


def in_circles(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.name)


def closed(path: Path) -> None:
    path.touch()
    path.chmod(0)


Spoil = Callable[[Path], None]
SPOILED = pytest.mark.parametrize(
    ("spoil", "cause"),
    [(a_folder, "Is a directory"), (in_circles, "Too many levels"), (closed, "Permission denied")],
)


@pytest.fixture(autouse=True)
def like_anybody() -> Iterator[None]:
    """Without what lets root read every file: CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH, of this thread and of those
    that it starts."""
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3, this thread
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then the upper halves
    assert libc.capget(header, sets) == 0
    before = sets[0]
    sets[0] &= ~0b110
    assert libc.capset(header, sets) == 0
    yield
    sets[0] = before
    assert libc.capset(header, sets) == 0


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("SEAKEEP_FILE", "SEAKEEP_STATE", "SEAKEEP_CACHE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cluster.yaml").write_text(FILE)
    return tmp_path


@pytest.fixture
def stopped(here: Path) -> Run:
    """A run that was begun and did not come to its end."""
    state = State.open(here / "state" / "seakeep" / "demo")
    made = new_run(state, "apply", datetime(2026, 11, 26, tzinfo=UTC))
    made.spec.write_text(FILE)
    with Journal(made.journal, clock=SystemClock()) as journal:
        journal.run_start(run=made.id, by="me", command="apply", planned=["m1/etcd/x"])
    return made


def told(capsys: pytest.CaptureFixture[str], path: Path, cause: str) -> None:
    """One error with path and cause, and what to do about it."""
    err = capsys.readouterr().err
    assert "this is a bug" not in err
    first = next(line for line in err.splitlines() if line.startswith("error: "))
    assert str(path) in first
    assert cause.lower() in first.lower()
    assert "\nhint: " in err


@SPOILED
@pytest.mark.parametrize("command", [("runs", "show"), ("resume", "--yes")])
def test_a_journal_that_cannot_be_read_is_no_answer(
    stopped: Run, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], spoil: Spoil, cause: str
) -> None:
    spoil(stopped.journal)
    for named in ((), (stopped.id,)):
        assert run([*command, *named]) == Exit.UNDECIDED
        told(capsys, stopped.journal, cause)


@SPOILED
def test_a_journal_that_cannot_be_read_hides_no_other_run(
    stopped: Run, capsys: pytest.CaptureFixture[str], spoil: Spoil, cause: str
) -> None:
    spoil(stopped.journal)
    assert run(["runs", "list", "-o", "json"]) == Exit.UNDECIDED
    assert cause in capsys.readouterr().out
    assert run(["runs", "judge", stopped.id]) == Exit.UNDECIDED
    assert cause in capsys.readouterr().out


@SPOILED
def test_the_stored_file_of_a_run_that_cannot_be_read(
    stopped: Run, capsys: pytest.CaptureFixture[str], spoil: Spoil, cause: str
) -> None:
    spoil(stopped.spec)
    assert run(["resume", "--yes", stopped.id]) == Exit.USAGE
    told(capsys, stopped.spec, cause)


@SPOILED
@pytest.mark.parametrize(
    "command",
    [
        ("check", "-f", "spoiled"),
        ("check", "cluster.yaml", "--waivers", "spoiled"),
        ("check", "cluster.yaml", "--baseline", "spoiled"),
        ("check", "spoiled/below"),
        ("checks", "diff", "spoiled", "spoiled"),
        ("apply", "--yes", "spoiled"),
        ("state", "import", "spoiled", "--passphrase-file", "words"),
        ("state", "import", "cluster.yaml", "--passphrase-file", "spoiled"),
        ("state", "import", "cluster.yaml", "--identity", "spoiled"),
        ("certs", "list", "--kubeconfig", "spoiled"),
        ("storm", "run", "--from", "spoiled"),
    ],
    ids=" ".join,
)
def test_nothing_was_begun_where_a_file_that_was_named_cannot_be_read(
    here: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], spoil: Spoil, cause: str
) -> None:
    (here / "words").write_text("some words\n")
    (here / "words").chmod(0o600)
    spoil(here / "spoiled")
    assert run(list(command)) == Exit.USAGE
    err = capsys.readouterr().err
    assert "spoiled" in err
    assert "this is a bug" not in err


@SPOILED
@pytest.mark.parametrize("command", [("apply", "--yes"), ("status",), ("certs", "list"), ("ssh", "m1")])
def test_nothing_is_dialled_where_what_it_takes_to_log_in_cannot_be_read(
    here: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...], spoil: Spoil, cause: str
) -> None:
    for path in (here / "key", here / ".ssh" / "known_hosts"):
        path.parent.mkdir(exist_ok=True)
        spoil(path)
        assert run(list(command)) == Exit.USAGE
        told(capsys, path, cause)
        path.rmdir() if path.is_dir() else path.unlink()
        path.touch()


@pytest.mark.parametrize("command", [("apply", "--yes"), ("status",), ("ssh", "m1")])
def test_a_key_that_the_file_names_and_that_is_not_there(
    here: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    assert run(list(command)) == Exit.USAGE
    told(capsys, here / "key", "No such file")


@pytest.mark.parametrize("command", [("runs", "list"), ("resume", "--yes"), ("apply", "--yes"), ("state", "show")])
def test_a_file_in_the_place_of_the_folder_of_runs(
    here: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    runs = here / "state" / "seakeep" / "demo" / "runs"
    State.open(runs.parent)
    runs.touch(mode=0o600)
    assert run(list(command)) == Exit.USAGE
    told(capsys, runs, "Not a directory")
