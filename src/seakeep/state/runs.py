"""Run folders: what was asked, planned, done and found, one folder per run."""

import contextlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from seakeep.state.folder import State

_NAME = re.compile(r"(?P<time>\d{8}T\d{6}Z)-(?P<verb>[a-z][a-z-]*)-[0-9a-f]{4}")
_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Run:
    """One run and where its parts lie; a part exists once something was written to it."""

    folder: Path
    verb: str
    started: datetime

    @property
    def id(self) -> str:
        """The folder's name: sorts by time."""
        return self.folder.name

    @property
    def spec(self) -> Path:
        """The user's file as it was read."""
        return self.folder / "spec.yaml"

    @property
    def plan(self) -> Path:
        """The plan that was carried out."""
        return self.folder / "plan.json"

    @property
    def journal(self) -> Path:
        """One line before and after every change."""
        return self.folder / "journal.jsonl"

    @property
    def begun(self) -> bool:
        """Whether it has a journal. One that cannot be looked at counts: reading it says why."""
        try:
            self.journal.lstat()
        except FileNotFoundError:
            return False
        except OSError:
            return True
        return True

    @property
    def facts(self) -> Path:
        """What was read from the machines."""
        return self.folder / "facts.json"

    @property
    def report(self) -> Path:
        """The outcome."""
        return self.folder / "report.json"

    @property
    def log(self) -> Path:
        """What happened, for a person."""
        return self.folder / "run.log"


def new_run(state: State, verb: str, now: datetime, *, token: str = "") -> Run:
    """Make the folder of a run that begins now. `token` (four hex digits) keeps runs of one second apart."""
    started = now.astimezone(UTC).replace(microsecond=0)
    name = f"{started.strftime(_TIME)}-{verb}-{token or secrets.token_hex(2)}"
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not a name for a run")
    folder = state.folder("runs") / name
    folder.mkdir(mode=0o700)
    return Run(folder, verb, started)


def discard(run: Run) -> None:
    """Remove what a run without a journal has left: its log and its folder."""
    if run.journal.exists():
        return
    with contextlib.suppress(OSError):
        run.log.unlink(missing_ok=True)
        run.folder.rmdir()


def list_runs(state: State) -> tuple[Run, ...]:
    """Every run, the newest first. Anything else in the folder is left out. Of two that began in one second the newer
    is the one whose folder was written to last: only one works on a cluster at a time."""
    try:
        entries = [path for path in (state.root / "runs").iterdir() if path.is_dir()]
    except FileNotFoundError:
        return ()
    found: list[tuple[datetime, int, Run]] = []
    for path in entries:
        match = _NAME.fullmatch(path.name)
        if match is None:
            continue
        try:
            started = datetime.strptime(match["time"], _TIME).replace(tzinfo=UTC)
        except ValueError:
            continue
        found.append((started, path.stat().st_mtime_ns, Run(path, match["verb"], started)))
    return tuple(run for *_, run in sorted(found, key=lambda each: (each[0], each[1], each[2].id), reverse=True))


def find_run(state: State, run_id: str) -> Run | None:
    """The run of that id, or whose id begins so if only one does."""
    matching = [run for run in list_runs(state) if run.id.startswith(run_id)]
    exact = [run for run in matching if run.id == run_id]
    if exact:
        return exact[0]
    return matching[0] if len(matching) == 1 else None
