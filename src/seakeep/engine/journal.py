"""The journal: one JSON line for everything a run did, on disk before it is done and after.

    begin, flushed ──▶ the machine is told ──▶ end

    last record of a change   state        on resume
    (only listed)             PENDING      planned again if still needed
    begin                     AMBIGUOUS    planned again if the facts do not show it; repeating is harmless
    end: done                 DONE         facts show it, so it is not planned again
    end: failed               FAILED       planned again
    end: untouched            PENDING      the machine never got to it
    end: unknown              AMBIGUOUS    the connection was lost in the middle
    a later run-start         VERIFIED     that attempt read the machines and did not plan it any more

An `end` need not be flushed at once: losing one turns DONE into AMBIGUOUS, which is safe. Records hold
changes and messages that are safe to print; no content, no output of machines, no secrets.
"""

import asyncio
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from seakeep import __version__
from seakeep.core.change import Change, Risk
from seakeep.core.clock import Clock, rfc3339
from seakeep.core.errors import UndecidedError, unreadable

FORMAT = "seakeep/v1"
"""What a run-start says about the records that follow. Journals without it are of this format too."""


class Result(StrEnum):
    """How one change ended."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNTOUCHED = "untouched"


class State(StrEnum):
    """What the journal knows about one change."""

    PENDING = "pending"
    AMBIGUOUS = "ambiguous"
    DONE = "done"
    FAILED = "failed"
    VERIFIED = "verified"


class RunStart(msgspec.Struct, frozen=True, tag="run-start", tag_field="record", kw_only=True):
    """A run begins; a resumed run has one for each attempt. `planned` are the ids of all its changes, `program` is the
    version of Seakeep that wrote this."""

    at: str
    run: str
    by: str
    command: str
    planned: tuple[str, ...]
    format: str = FORMAT
    program: str = ""


class StageStart(msgspec.Struct, frozen=True, tag="stage", tag_field="record", kw_only=True):
    """A stage begins."""

    at: str
    id: str
    title: str


class Begin(msgspec.Struct, frozen=True, tag="begin", tag_field="record", kw_only=True):
    """A machine is about to be told to do this."""

    at: str
    id: str
    host: str
    phase: str
    what: str
    why: str
    risk: Risk
    reversible: bool


class End(msgspec.Struct, frozen=True, tag="end", tag_field="record", kw_only=True):
    """What came of it. `error` is a message that is safe to print, empty unless it failed."""

    at: str
    id: str
    result: Result
    error: str = ""


class Note(msgspec.Struct, frozen=True, tag="note", tag_field="record", kw_only=True):
    """A decision worth keeping: a lock that was broken, a warning that was waived."""

    at: str
    text: str


class RunEnd(msgspec.Struct, frozen=True, tag="run-end", tag_field="record", kw_only=True):
    """A run ended by itself. `result`: ok, failed, refused or interrupted."""

    at: str
    result: str
    error: str = ""


Record = RunStart | StageStart | Begin | End | Note | RunEnd
_DECODER: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


@dataclass(slots=True)
class History:
    """What a journal says. `states` stand in the order in which the changes were first mentioned."""

    records: tuple[Record, ...] = ()
    run: str = ""
    by: str = ""
    command: str = ""
    started: str = ""
    ended: str = ""
    result: str = ""
    states: dict[str, State] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def ids(self, state: State) -> tuple[str, ...]:
        """The changes that are in this state."""
        return tuple(name for name, own in self.states.items() if own is state)

    @property
    def finished(self) -> bool:
        """Whether the last attempt ended well: there is nothing to resume."""
        return self.result == "ok"


_AFTER = {
    Result.DONE: State.DONE,
    Result.FAILED: State.FAILED,
    Result.UNKNOWN: State.AMBIGUOUS,
    Result.UNTOUCHED: State.PENDING,
}


class Journal:
    """Appends to one journal file (mode 0600). Opening one that exists cuts off a record that a crash left
    half written: it was never flushed, so nothing has been done on its account."""

    def __init__(self, path: Path, *, clock: Clock) -> None:
        self._clock = clock
        self._path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            data = path.read_bytes()
            _, sound = _parse(data, str(path))
            if sound < len(data):
                os.ftruncate(self._fd, sound)
            folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except BaseException:
            os.close(self._fd)
            raise
        self._written = 0
        self._flushed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; harmless when done twice."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def run_start(self, *, run: str, by: str, command: str, planned: Iterable[str]) -> None:
        """A run, or another attempt at it, begins."""
        self._add(
            RunStart(at=self._now(), run=run, by=by, command=command, planned=tuple(planned), program=__version__)
        )
        self.flush()

    def stage(self, stage_id: str, title: str) -> None:
        """A stage begins. Flushed with what follows."""
        self._add(StageStart(at=self._now(), id=stage_id, title=title))

    async def begin(self, changes: Iterable[Change]) -> None:
        """Record that these are about to be done; on disk when it returns. Callers that come at the same
        moment share one flush."""
        at = self._now()
        for change in changes:
            self._add(
                Begin(
                    at=at,
                    id=change.id,
                    host=change.host,
                    phase=change.phase,
                    what=change.what,
                    why=change.why,
                    risk=change.risk,
                    reversible=change.reversible,
                )
            )
        mine = self._written
        await asyncio.sleep(0)
        if self._flushed < mine:
            self.flush()

    def end(self, change_id: str, result: Result, error: str = "") -> None:
        """Record what came of it. Survives the death of this process at once, a power cut after `flush`."""
        self._add(End(at=self._now(), id=change_id, result=result, error=error))

    def note(self, text: str) -> None:
        """Record a decision, flushed."""
        self._add(Note(at=self._now(), text=text))
        self.flush()

    def run_end(self, result: str, error: str = "") -> None:
        """The run ends by itself, well or not."""
        self._add(RunEnd(at=self._now(), result=result, error=error))
        self.flush()

    def flush(self) -> None:
        """Everything written so far is on disk when this returns."""
        self._sync()
        self._flushed = self._written

    @staticmethod
    def read(path: Path) -> History:
        """What the journal says. A half-written record at the end is left out.

        UndecidedError for one that is damaged anywhere else, has lost its beginning, was written in another format, or
        cannot be read.
        """
        try:
            data = path.read_bytes()
        except OSError as error:
            told = unreadable(path, error, UndecidedError)
            told.hint += f"; {_UNHARMED}"
            raise told from error
        records, _ = _parse(data, str(path))
        if records and not isinstance(records[0], RunStart):
            raise UndecidedError(f"{path} has lost its beginning", hint=_UNHARMED)
        return _history(records)

    def _now(self) -> str:
        return rfc3339(self._clock.now())

    def _add(self, record: Record) -> None:
        self._write(msgspec.json.encode(record) + b"\n")
        self._written += 1

    def _write(self, line: bytes) -> None:
        view = memoryview(line)
        with self._named():
            while view:
                view = view[os.write(self._fd, view) :]

    def _sync(self) -> None:
        with self._named():
            os.fsync(self._fd)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """A full disk is told with the journal's name."""
        try:
            yield
        except OSError as error:
            error.filename = str(self._path)
            raise


_UNHARMED = "the machines are unharmed: `seakeep plan` shows from the facts what is still to do"


class _Tag(msgspec.Struct):
    record: str


_KNOWN = frozenset(str(kind.__struct_config__.tag) for kind in (RunStart, StageStart, Begin, End, Note, RunEnd))


def _parse(data: bytes, source: str) -> tuple[list[Record], int]:
    """The records, and how many bytes of `data` they take. What follows the last newline was never flushed."""
    records: list[Record] = []
    sound = data.rfind(b"\n") + 1
    for number, line in enumerate(data[:sound].splitlines(), 1):
        try:
            record = _DECODER.decode(line)
            datetime.fromisoformat(record.at).astimezone(UTC)
        except (msgspec.DecodeError, ValueError, OverflowError):
            raise _unreadable(line, f"{source} at line {number}") from None
        if isinstance(record, RunStart) and record.format != FORMAT:
            raise _other_version(source, record.format, record.program)
        records.append(record)
    return records, sound


def _unreadable(line: bytes, where: str) -> UndecidedError:
    try:
        tag = msgspec.json.decode(line, type=_Tag).record
    except (msgspec.DecodeError, UnicodeDecodeError):
        tag = ""
    if tag and tag not in _KNOWN:
        return _other_version(where, f"a record {tag!r} that this version does not know", "")
    return UndecidedError(f"the journal {where} is damaged", hint=_UNHARMED)


def _other_version(where: str, what: str, program: str) -> UndecidedError:
    by = f" (Seakeep {program}; this is {__version__})" if program else f" (this is Seakeep {__version__})"
    return UndecidedError(
        f"the journal {where} was written by another version: {what}{by}",
        hint="read it with that version, or go on from the facts with `seakeep plan` and `seakeep apply`",
    )


def _history(records: list[Record]) -> History:
    history = History(records=tuple(records))
    for record in records:
        match record:
            case RunStart():
                history.run, history.by, history.command = record.run, record.by, record.command
                history.started = history.started or record.at
                history.ended = history.result = ""
                _replan(history.states, record.planned)
            case Begin():
                history.states[record.id] = State.AMBIGUOUS
                history.errors.pop(record.id, None)
            case End():
                history.states[record.id] = _AFTER[record.result]
                if record.error:
                    history.errors[record.id] = record.error
            case RunEnd():
                history.ended, history.result = record.at, record.result
            case StageStart() | Note():
                pass
    return history


def _replan(states: dict[str, State], planned: tuple[str, ...]) -> None:
    """Another attempt has read the machines: what it plans is open, everything else is as wanted."""
    for name in states.keys() - set(planned):
        if states[name] is not State.DONE:
            states[name] = State.VERIFIED
    for name in planned:
        if states.get(name) not in (State.AMBIGUOUS, State.FAILED):
            states[name] = State.PENDING
