"""Several processes say what one says, in the same order, whatever becomes of them."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.checks.judging import index_of
from tests.unit.checks.test_engine import made

from seakeep.checks import shares
from seakeep.checks.base import Answer, Note, Per, bad
from seakeep.checks.engine import Engine, Verdicts
from seakeep.checks.registry import CHECKS
from seakeep.checks.shares import judged
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index

TEXT = (Path(__file__).parents[2] / "props" / "manifests.yaml").read_text()


@pytest.fixture(autouse=True)
def three_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shares, "WORTH", 1)
    monkeypatch.setattr(shares, "_processes", lambda: 3)


def told(found: Verdicts) -> tuple[object, ...]:
    said = []
    for each in found.said:
        line = each.about.line(each.note.path) if each.about is not None else 0
        said.append((each.check.id, str(each.about), line, replace(each.note, about=None)))
    return said, found.tallies


@pytest.mark.parametrize("passes", [False, True])
def test_the_answers_are_those_of_one_process(passes: bool) -> None:
    index = index_of(TEXT)

    found = judged(CHECKS, index, passes=passes)

    assert told(found) == told(Engine(CHECKS, index, passes=passes).run())
    located = [each.line for each in found.said if each.line is not None]
    assert located == [each.about.line(each.note.path) for each in found.said if each.line is not None and each.about]
    assert bool(located)


def test_a_fork_sees_all_objects_and_only_its_own_are_judged_in_it() -> None:
    index = index_of(TEXT)

    def judge(_: object, everything: Index) -> Note:
        return bad(str(os.getpid()), seen=len(everything.manifests))

    said = judged([made(judge, types=("*",))], index).said

    assert len({each.note.message for each in said}) == 3
    assert {(each.note.evidence or {})["seen"] for each in said} == {len(index.manifests)}
    assert [each.about for each in said] == list(index.manifests)


def in_a_fork(doing: Any) -> Any:
    """A check that does it where it is not judged by the process of the test."""
    own = os.getpid()

    def judge(*_: object) -> Answer:
        return bad("here") if os.getpid() == own else doing()

    return made(judge, types=("*",))


def cannot_be_sent() -> Note:
    return bad("x", evil=lambda: 0)  # type: ignore[arg-type]


@pytest.mark.parametrize("doing", [lambda: os._exit(9), cannot_be_sent, lambda: os.kill(os.getpid(), 9)])
def test_what_a_process_did_not_answer_is_judged_here(doing: Any) -> None:
    index = index_of(TEXT)

    said = judged([in_a_fork(doing)], index).said

    assert [each.note.message for each in said] == ["here"] * len(index.manifests)


def test_no_process_is_left_when_judging_ends_in_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> Verdicts:
        raise KeyboardInterrupt

    made: list[int] = []
    fork = os.fork

    def forked() -> int:
        process = fork()
        made.append(process)
        return process

    monkeypatch.setattr(os, "fork", forked)
    monkeypatch.setattr(Engine, "rest", interrupted)
    with pytest.raises(KeyboardInterrupt):
        judged(CHECKS, index_of(TEXT))
    assert len(made) == 2
    for process in made:
        with pytest.raises(ChildProcessError):
            os.waitpid(process, os.WNOHANG)


def test_what_is_asked_about_all_is_asked_once() -> None:
    asked: list[int] = []

    def judge(_: Index) -> Iterator[Note]:
        asked.append(os.getpid())
        yield Note(message="all", verdict=Verdict.FAIL)

    said = judged([made(judge, per=Per.INDEX, types=())], index_of(TEXT)).said

    assert asked == [os.getpid()]
    assert [each.note.message for each in said] == ["all"]
