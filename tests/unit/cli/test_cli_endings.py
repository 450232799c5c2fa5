"""However a command ends: the exit code, what is said, and where the details are."""

import asyncio
import errno
import io
import json
import os
import signal
import subprocess
import sys
import types
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

import seakeep.flows
from seakeep.cli.call import Call
from seakeep.cli.interrupt import FIRST, SECOND, Interrupt
from seakeep.cli.main import run
from seakeep.cli.settings import Settings
from seakeep.core.change import Change
from seakeep.core.errors import (
    Exit,
    MachineError,
    RefusedError,
    RunError,
    SeakeepError,
    SpecError,
    SpecProblem,
    UndecidedError,
    UsageError,
)
from seakeep.core.verdict import Verdict
from seakeep.engine.plan import Plan, Unknown, plan_schema
from seakeep.flows.check import Request
from seakeep.report.check import CheckReport
from seakeep.spec.load import load

CHANGE = Change(id="a/etcd/x", host="a", phase="etcd", what="file /etc/x", why="missing")


def a_plan(*changes: Change) -> Plan:
    return Plan(cluster="demo", created="t", spec_digest="s", facts_digest="f", changes=changes)


def offer(monkeypatch: pytest.MonkeyPatch, name: str, **functions: object) -> None:
    """Stand in for one flow's module."""
    module = types.ModuleType(f"seakeep.flows.{name}")
    for key, value in functions.items():
        setattr(module, key, value)
    monkeypatch.setitem(sys.modules, f"seakeep.flows.{name}", module)
    monkeypatch.setattr(seakeep.flows, name, module, raising=False)


def in_a_run(error: Exception) -> Exception:
    error.add_note("log: /x/run.log")
    return error


class FakeSession:
    design = types.SimpleNamespace(name="demo")
    opened: tuple[object, ...] = ()

    @classmethod
    @asynccontextmanager
    async def open(
        cls, file: Path, *, state: Path | None, progress: object, options: object, **_: object
    ) -> AsyncIterator["FakeSession"]:
        session = cls()
        session.opened = (file, state, options)
        yield session


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> None:
    offer(monkeypatch, "session", Session=FakeSession, SessionOptions=types.SimpleNamespace)


def failing(error: BaseException) -> Callable[..., object]:
    async def flow(*_: object, **__: object) -> object:
        raise error

    return flow


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in ("SEAKEEP_FILE", "SEAKEEP_STATE", "SEAKEEP_CACHE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("no"), 2),
        (SpecError("f", [SpecProblem(3, "spec.x", "unknown field")]), 2),
        (UndecidedError("no"), 3),
        (RefusedError("no"), 4),
        (RunError("no"), 5),
        (MachineError("no", host="a"), 5),
        (SeakeepError("no"), 70),
        (ValueError("no"), 70),
        (OSError(errno.ENOSPC, "No space left on device"), 5),
        (OSError(errno.EROFS, "Read-only file system", "/x/lock"), 2),
        (PermissionError(errno.EACCES, "Permission denied", "/x/lock"), 2),
        (in_a_run(PermissionError(errno.EACCES, "Permission denied", "/x/lock")), 5),
        (in_a_run(ExceptionGroup("several", [IsADirectoryError(errno.EISDIR, "Is a directory", "/x/lock")])), 5),
        (FileNotFoundError(errno.ENOENT, "No such file or directory", "/x"), 70),
        (ExceptionGroup("several", [RunError("one"), OSError(errno.EDQUOT, "Disk quota exceeded")]), 5),
        (ExceptionGroup("several", [UndecidedError("one"), RunError("two")]), 5),
        (ExceptionGroup("several", [UndecidedError("one"), ValueError("two")]), 70),
        (KeyboardInterrupt(), 130),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else str(value),
)
def test_every_failure_has_its_code_and_leaves_stdout_alone(
    error: BaseException,
    code: int,
    session: None,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    offer(monkeypatch, "status", status=failing(error))

    assert run(["status"]) == code
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err


def test_a_failure_tells_cause_machine_command_log_and_next_step(
    session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = MachineError(
        "etcd did not start",
        host="a-etcd1",
        command="start etcd",
        status=1,
        stderr="no space left on device\n",
        hint="free some space, then: seakeep resume",
    )
    error.add_note("log: /state/runs/1/log")
    offer(monkeypatch, "apply", apply=failing(error))

    assert run(["apply", "--yes"]) == 5
    assert capsys.readouterr().err.splitlines() == [
        "error: etcd did not start",
        "  host: a-etcd1",
        "  command: start etcd",
        "  exit status: 1",
        "  it said: no space left on device",
        "  log: /state/runs/1/log",
        "hint: free some space, then: seakeep resume",
    ]


def test_a_full_disk_here_is_no_bug(
    here: Path, session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = OSError(errno.ENOSPC, "No space left on device", "/x/journal.jsonl")
    error.add_note("log: /x/run.log")
    offer(monkeypatch, "status", status=failing(error))

    assert run(["status"]) == 5
    err = capsys.readouterr().err
    assert "error: /x/journal.jsonl cannot be read or written: No space left on device\n" in err
    assert "log: /x/run.log" in err
    assert "hint: put that right on this computer" in err
    assert "bug" not in err
    assert not (here / "state" / "seakeep" / "crashes").exists()


def test_a_bug_leaves_a_private_traceback(
    here: Path, session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, "status", status=failing(ZeroDivisionError("oops")))

    assert run(["status"]) == 70
    err = capsys.readouterr().err
    (log,) = (here / "state" / "seakeep" / "crashes").iterdir()
    assert "this is a bug in Seakeep: ZeroDivisionError: oops" in err
    assert str(log) in err
    assert "Traceback" not in err
    assert "ZeroDivisionError: oops" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_bug_in_a_run_goes_to_the_runs_log(
    here: Path, session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ZeroDivisionError("oops")
    error.add_note(f"log: {here / 'log'}")
    offer(monkeypatch, "status", status=failing(error))

    assert run(["status", "-v"]) == 70
    assert "oops" in (here / "log").read_text()
    assert "Traceback" in capsys.readouterr().err


def test_a_bug_is_told_even_when_nothing_can_be_written(
    session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, "status", status=failing(ZeroDivisionError("oops")))

    assert run(["status", "--state", "/proc/nowhere"]) == 70
    assert "Traceback" in capsys.readouterr().err


def test_a_report_gives_data_and_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def check(request: Request) -> CheckReport:
        return CheckReport(verdict=Verdict.FAIL, cluster_name="demo", file=str(request.file))

    offer(monkeypatch, "check", check=check, Request=Request)

    assert run(["check", "-f", "x.yaml", "-o", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["file"] == "x.yaml"


@pytest.mark.parametrize(("changes", "code"), [((), 0), ((CHANGE,), 1)], ids=["nothing", "something"])
@pytest.mark.usefixtures("session")
def test_a_plan_as_json_is_the_plan_that_apply_takes(
    changes: tuple[Change, ...],
    code: int,
    here: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def plan(_: FakeSession) -> Plan:
        return a_plan(*changes)

    offer(monkeypatch, "plan", plan=plan)

    assert run(["plan", "-o", "json", "--out", "plan.json"]) == code
    printed = Plan.from_json(capsys.readouterr().out.encode())
    assert printed == Plan.from_json((here / "plan.json").read_bytes()) == a_plan(*changes)
    assert run(["plan"]) == code
    assert ("file /etc/x" if changes else "nothing to change") in capsys.readouterr().out


@pytest.mark.usefixtures("session", "here")
def test_a_plan_that_cannot_be_stored_is_shown_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It took a reading of every machine."""

    async def plan(_: FakeSession) -> Plan:
        return a_plan(CHANGE)

    offer(monkeypatch, "plan", plan=plan)
    assert run(["plan", "--out", "none/plan.json"]) == Exit.USAGE
    streams = capsys.readouterr()
    assert "file /etc/x" in streams.out
    assert "error: none/plan.json cannot be written: No such file or directory\nhint: see whether" in streams.err


@pytest.mark.parametrize("changes", [(), (CHANGE,)])
@pytest.mark.usefixtures("session", "here")
def test_a_plan_that_does_not_know_of_every_machine_says_so_and_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], changes: tuple[Change, ...]
) -> None:
    async def plan(_: FakeSession) -> Plan:
        return msgspec.structs.replace(a_plan(*changes), unknown=(Unknown("b-cp1", "no route to host"),))

    offer(monkeypatch, "plan", plan=plan)
    assert run(["plan"]) == Exit.UNDECIDED
    shown = capsys.readouterr().out
    assert "UNKNOWN  b-cp1: no route to host" in shown
    assert ("nothing to change on the machines that answer" in shown) == (not changes)
    assert run(["plan", "-o", "json"]) == Exit.UNDECIDED
    assert json.loads(capsys.readouterr().out)["unknown"] == [{"machine": "b-cp1", "cause": "no route to host"}]


def test_the_schema_of_a_plan_needs_no_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["plan", "--schema"]) == Exit.OK
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(plan_schema()))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("answer", "agreed"), [("yes\n", True), ("y\n", False), ("\n", False), ("", False)])
def test_only_yes_is_a_yes(answer: str, agreed: bool) -> None:
    err = io.StringIO()
    call = Call(Settings(), stdin=Terminal(answer), stdout=io.StringIO(), stderr=err)

    assert call.confirm(a_plan(CHANGE)) is agreed
    assert "file /etc/x" in err.getvalue()


def test_yes_skips_the_question_and_not_the_plan() -> None:
    out, err = io.StringIO(), io.StringIO()

    assert Call(Settings(yes=True), stdin=io.StringIO(), stdout=out, stderr=err).confirm(a_plan(CHANGE))
    assert "file /etc/x" in err.getvalue()
    assert "yes" not in err.getvalue().splitlines()[-1]
    assert out.getvalue() == ""


def test_without_a_terminal_and_without_yes_it_is_refused() -> None:
    call = Call(Settings(), stdin=io.StringIO("yes\n"), stdout=io.StringIO(), stderr=io.StringIO())

    with pytest.raises(RefusedError):
        call.confirm(a_plan(CHANGE))
    assert call.confirm(a_plan())


def test_reset_asks_for_the_name(session: None, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    async def reset(session: FakeSession, *, keep_etcd: bool, confirm_name: Callable[[], str]) -> object:
        names.append(confirm_name())
        raise RefusedError("stop here")

    offer(monkeypatch, "reset", reset=reset)
    monkeypatch.setattr(sys, "stdin", Terminal("other\n"))

    assert run(["reset"]) == 4
    assert run(["reset", "--yes"]) == 4
    assert names == ["other", "demo"]


def test_new_writes_a_file_that_loads_and_never_overwrites(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["new", "--name", "mine"]) == 0
    assert load(here / "cluster.yaml").name == "mine"
    assert run(["new"]) == 4
    assert run(["new", "-f", "no/such/folder.yaml"]) == 2
    assert run(["new", "-f", "other.yaml", "--name", "Not A Label"]) == 2
    assert run(["new", "-f", "-"]) == 0
    assert "kind: Cluster" in capsys.readouterr().out


def test_spec_show_keeps_the_given_apart_from_the_completed(capsys: pytest.CaptureFixture[str]) -> None:
    run(["new"])
    capsys.readouterr()

    assert run(["spec", "show", "-o", "json"]) == 0
    given = json.loads(capsys.readouterr().out)
    assert run(["spec", "show", "--completed", "-o", "json"]) == 0
    completed = json.loads(capsys.readouterr().out)
    assert set(given["spec"]) < set(completed["spec"])
    assert run(["spec", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"].startswith("https://json-schema.org/")


async def test_the_first_interrupt_asks_and_the_second_leaves() -> None:
    said: list[str] = []
    left: list[int] = []
    interrupt = Interrupt(said.append, leave=left.append)
    before = signal.getsignal(signal.SIGINT)
    with interrupt.armed():
        signal.raise_signal(signal.SIGINT)
        await asyncio.wait_for(interrupt.event.wait(), 300)
        assert (said, left) == ([FIRST], [])
        signal.raise_signal(signal.SIGTERM)

    assert (said, left) == ([FIRST, SECOND], [Exit.INTERRUPTED])
    assert signal.getsignal(signal.SIGINT) is before


def test_an_interrupt_says_where_it_came(
    session: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(monkeypatch, "status", status=failing(KeyboardInterrupt("at the question: nothing was changed")))
    assert run(["status"]) == Exit.INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted at the question: nothing was changed"
    offer(monkeypatch, "status", status=failing(KeyboardInterrupt()))
    assert run(["status"]) == Exit.INTERRUPTED
    assert capsys.readouterr().err.splitlines()[-1] == "interrupted"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupt_at_a_question_ends_the_question(number: signal.Signals) -> None:
    interrupt = Interrupt(lambda _: None, leave=lambda _: None)
    with interrupt.armed():
        with pytest.raises(KeyboardInterrupt, match="nothing was changed"), interrupt.at_a_question():
            signal.raise_signal(number)
        assert not interrupt.event.is_set()


def test_leaving_at_once_gives_the_terminal_back() -> None:
    program = (
        "import asyncio, os, signal, sys\n"
        "from seakeep.cli.call import Call\n"
        "from seakeep.cli.settings import Settings\n"
        "async def work(progress, stop):\n"
        "    progress.stage('x')\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    await stop.wait()\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    await asyncio.Event().wait()\n"
        "sys.stderr.isatty = lambda: True\n"
        "Call(Settings(), stderr=sys.stderr).work(work, stoppable=True)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "TERM": "xterm", "PYTHONPATH": str(Path(seakeep.flows.__file__).parents[2])},
    )

    assert done.returncode == Exit.INTERRUPTED
    assert FIRST in done.stderr
    assert SECOND in done.stderr
    assert done.stderr.rindex("\x1b[?25h") > done.stderr.rindex("\x1b[?25l")
