import asyncio
import contextlib
import errno
import os
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seakeep.core.errors import UndecidedError
from seakeep.engine.journal import Begin, Journal, Result, RunStart, State

from .sim import FakeClock, change

A, B, C, D = (change("m", name) for name in "abcd")


class Watched(Journal):
    """Counts flushes and remembers how much was written at each."""

    def __init__(self, path: Path) -> None:
        self.flushes: list[int] = []
        super().__init__(path, clock=FakeClock())

    def _sync(self) -> None:
        super()._sync()
        self.flushes.append(self._written)


async def write(path: Path) -> None:
    with Journal(path, clock=FakeClock()) as journal:
        journal.run_start(run="r1", by="me@here", command="apply", planned=[c.id for c in (A, B, C, D)])
        journal.stage("s", "Stage")
        await journal.begin([A, B, C])
        journal.end(A.id, Result.DONE)
        journal.end(B.id, Result.FAILED, "no space left")
        journal.note("something decided")
        journal.run_end("failed", "no space left")


async def test_states(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    await write(path)

    history = Journal.read(path)

    assert list(history.states.items()) == [
        (A.id, State.DONE),
        (B.id, State.FAILED),
        (C.id, State.AMBIGUOUS),
        (D.id, State.PENDING),
    ]
    assert (history.run, history.by, history.command, history.result) == ("r1", "me@here", "apply", "failed")
    assert history.errors == {B.id: "no space left"}
    assert history.ids(State.AMBIGUOUS) == (C.id,)
    assert not history.finished
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_begin_says_who_what_and_why(tmp_path: Path) -> None:
    await write(tmp_path / "j")

    begin = next(r for r in Journal.read(tmp_path / "j").records if isinstance(r, Begin))

    assert (begin.at, begin.host, begin.what, begin.why) == ("2026-11-23T00:00:00Z", "m", "do a", "it differs")


async def test_resuming_goes_on_in_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    await write(path)
    with Journal(path, clock=FakeClock()) as journal:
        journal.run_start(run="r1", by="you", command="resume", planned=[B.id, D.id])
        await journal.begin([B, D])
        journal.end(B.id, Result.UNTOUCHED)
        journal.end(D.id, Result.UNKNOWN)

    history = Journal.read(path)

    assert [history.states[c.id] for c in (A, B, C, D)] == [
        State.DONE,
        State.PENDING,
        State.VERIFIED,
        State.AMBIGUOUS,
    ]
    assert (history.by, history.result, history.errors) == ("you", "", {})
    assert sum(isinstance(record, RunStart) for record in history.records) == 2


async def test_what_was_done_and_is_planned_again_is_pending(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    await write(path)
    with Journal(path, clock=FakeClock()) as journal:
        journal.run_start(run="r1", by="you", command="resume", planned=[A.id, B.id, C.id])

    states = Journal.read(path).states

    assert [states[c.id] for c in (A, B, C, D)] == [State.PENDING, State.FAILED, State.AMBIGUOUS, State.VERIFIED]


async def test_begins_are_flushed_before_anything_is_told(tmp_path: Path) -> None:
    journal = Watched(tmp_path / "j")

    await journal.begin([A, B])

    assert journal.flushes[-1] == 2
    journal.end(A.id, Result.DONE)
    assert journal.flushes[-1] == 2
    journal.flush()
    assert journal.flushes[-1] == 3
    journal.close()


async def test_begins_of_one_moment_share_a_flush(tmp_path: Path) -> None:
    journal = Watched(tmp_path / "j")

    await asyncio.gather(*(journal.begin([change(f"m{n}", "x")]) for n in range(50)))

    assert journal.flushes == [50]
    journal.close()


async def test_a_torn_last_line_is_survived_wherever_it_tore(tmp_path: Path) -> None:
    await write(tmp_path / "whole")
    data = (tmp_path / "whole").read_bytes()
    starts = [0, *(n + 1 for n, byte in enumerate(data) if byte == 10)]
    for size in range(len(data)):
        path = tmp_path / "torn"
        path.write_bytes(data[:size])
        whole_lines = sum(start <= size for start in starts) - 1

        assert len(Journal.read(path).records) == whole_lines
        Journal(path, clock=FakeClock()).close()
        assert path.read_bytes() == data[: starts[whole_lines]]


async def test_zeroes_at_the_end_are_a_torn_line(tmp_path: Path) -> None:
    path = tmp_path / "j"
    await write(path)
    whole = path.read_bytes()
    path.write_bytes(whole + bytes(300))

    with Journal(path, clock=FakeClock()) as journal:
        journal.note("on")

    assert path.read_bytes().startswith(whole)
    assert Journal.read(path).result == "failed"


async def test_damage_in_the_middle_is_told(tmp_path: Path) -> None:
    path = tmp_path / "j"
    await write(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b"{broken\n", *lines[2:]]))

    with pytest.raises(UndecidedError, match="at line 2 is damaged"):
        Journal.read(path)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'"record":"stage"', b'"record":"weather"', "another version: a record 'weather'"),
        (
            b'"format":"seakeep/v1","program":"',
            b'"format":"seakeep/v2","program":"9',
            r"another version: seakeep/v2 \(Seakeep 9",
        ),
        (b'"result":"done"', b'"result":"perhaps"', "at line 6 is damaged"),
        (b'"at":"', b'"at":"once ', "at line 1 is damaged"),
    ],
)
async def test_a_journal_of_another_version_is_neither_read_nor_appended_to(
    tmp_path: Path, old: bytes, new: bytes, why: str
) -> None:
    path = tmp_path / "j"
    await write(path)
    data = path.read_bytes()
    path.write_bytes(data.replace(old, new, 1))
    for touch in (Journal.read, lambda path: Journal(path, clock=FakeClock())):
        with pytest.raises(UndecidedError, match=why):
            touch(path)
    assert len(path.read_bytes()) == len(data.replace(old, new, 1))


@pytest.mark.parametrize("call", ["write", "fsync"])
async def test_a_full_disk_is_told_with_the_journals_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    with Journal(tmp_path / "j", clock=FakeClock()) as journal:

        def full(*_: object) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, call, full)
        with pytest.raises(OSError, match="No space left") as caught:
            journal.note("x")
    assert caught.value.filename == str(tmp_path / "j")


async def test_journals_from_before_the_format_was_written_are_read(tmp_path: Path) -> None:
    path = tmp_path / "j"
    await write(path)
    whole = Journal.read(path)
    path.write_bytes(re.sub(rb',"format":"[^"]*","program":"[^"]*"', b"", path.read_bytes()))
    assert Journal.read(path).states == whole.states


async def test_a_journal_without_its_beginning_is_told(tmp_path: Path) -> None:
    path = tmp_path / "j"
    await write(path)
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])
    with pytest.raises(UndecidedError, match="lost its beginning"):
        Journal.read(path)


async def test_a_damaged_last_line_is_not_taken_for_a_torn_one(tmp_path: Path) -> None:
    path = tmp_path / "j"
    await write(path)
    path.write_bytes(path.read_bytes()[:-3] + b"\n")
    with pytest.raises(UndecidedError, match="is damaged"):
        Journal.read(path)


def test_an_empty_journal_has_no_history(tmp_path: Path) -> None:
    Journal(tmp_path / "j", clock=FakeClock()).close()

    assert Journal.read(tmp_path / "j").states == {}


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_told(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("j") / "j"
    path.write_bytes(data)
    with contextlib.suppress(UndecidedError):
        assert Journal.read(path).records == ()


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    def opened() -> list[Path]:
        """Those of this test: others of the process may come and go."""
        found: list[Path] = []
        for each in Path("/proc/self/fd").iterdir():
            with contextlib.suppress(OSError):
                found.append(each.readlink())
        return [each for each in found if each.is_relative_to(tmp_path)]

    journal = Journal(tmp_path / "j", clock=FakeClock())
    assert opened() == [tmp_path / "j"]
    journal.close()
    journal.close()

    assert opened() == []
