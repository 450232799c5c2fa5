"""The stored form of a run: schedule.json, history.jsonl, observations.json, report.html in the run's folder."""

import asyncio
import os
from collections.abc import Iterable
from pathlib import Path

from seakeep.core.clock import Clock
from seakeep.core.errors import RefusedError, UsageError
from seakeep.experiments import history, schedule
from seakeep.experiments.history import AnyLine, Mark
from seakeep.experiments.schedule import Schedule
from seakeep.state.folder import State
from seakeep.state.runs import Run, find_run, list_runs

VERB = "storm"
SCHEDULE = "schedule.json"
HISTORY = "history.jsonl"
OBSERVATIONS = "observations.json"
PAGE = "report.html"


class Recorder:
    """Writes the history as it happens: marks at once, everything else in pieces. A mark is on the disk when `sure` has
    returned: after a crash it says what may still be broken."""

    def __init__(self, path: Path, clock: Clock, *, after: float = 0.0) -> None:
        """`after` is where an earlier part of the history ends."""
        self._clock = clock
        self._begin = clock.monotonic() - after
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._waiting: list[AnyLine] = []
        self.lines: list[AnyLine] = []

    @property
    def now(self) -> float:
        """Seconds since the run began."""
        return self._clock.monotonic() - self._begin

    def add(self, *lines: AnyLine) -> None:
        """Keep lines; every few hundred reach the file together."""
        self.lines += lines
        self._waiting += lines
        if len(self._waiting) >= 256:
            self._write()

    def mark(self, what: str, number: int = -1, about: str = "") -> None:
        """A moment, in the file when this returns."""
        self.add(Mark(t=round(self.now, 4), what=what, number=number, about=about))  # type: ignore[arg-type]
        self._write()

    async def sure(self) -> None:
        """Wait for the disk. Not on the loop's own thread: on a busy disk that takes seconds, in which nothing would be
        observed."""
        await asyncio.to_thread(os.fsync, self._file)

    def close(self) -> None:
        """Write what is left."""
        self._write()
        os.close(self._file)

    def _write(self) -> None:
        data, self._waiting = history.encode(self._waiting), []
        while data:
            data = data[os.write(self._file, data) :]


def storms(state: State) -> tuple[Run, ...]:
    """Every storm, the newest first."""
    return tuple(run for run in list_runs(state) if run.verb == VERB)


def chosen(state: State, run_id: str | None) -> Run:
    """The storm of that id, by default the last. UsageError where there is none."""
    if run_id is not None:
        run = find_run(state, run_id)
        if run is None or run.verb != VERB:
            raise UsageError(f"there is no storm {run_id!r}", hint="seakeep runs list")
        return run
    found = storms(state)
    if not found:
        raise UsageError("there are no storms yet", hint="seakeep storm suite smoke")
    return found[0]


def read_schedule(run: Run) -> Schedule:
    """What the run was to do."""
    path = run.folder / SCHEDULE
    try:
        return schedule.decode(path.read_bytes(), source=str(path))
    except FileNotFoundError as error:
        raise RefusedError(f"{run.id} ended before anything was done: it has no schedule") from error


def read_history(run: Run) -> tuple[AnyLine, ...]:
    """What was seen; nothing where the run ended before."""
    path = run.folder / HISTORY
    try:
        return tuple(history.decode(path.read_bytes(), source=str(path)))
    except FileNotFoundError:
        return ()


def unhealed(lines: Iterable[AnyLine]) -> tuple[int, ...]:
    """The injections that were begun and not healed, by number."""
    begun: dict[int, bool] = {}
    for line in lines:
        if isinstance(line, Mark) and line.what == "inject":
            begun[line.number] = True
        elif isinstance(line, Mark) and line.what == "healed":
            begun[line.number] = False
    return tuple(number for number, broken in begun.items() if broken)
