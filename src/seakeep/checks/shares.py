"""Judges the objects of a large run in several processes at once.

A fork has the whole index, so that its checks look at everything as ever; only answers come back, and with them the
lines of what was found, which take a tenth of the time. A share whose process ends badly is judged here.
"""

import os
import pickle
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from types import ModuleType
from typing import BinaryIO, NoReturn

from seakeep.checks.base import Check
from seakeep.checks.engine import Engine, Verdicts
from seakeep.manifests.index import Index, OperatorFile
from seakeep.manifests.model import Manifest

WORTH = 3_000
"""Objects below which one process is as quick: a fork and its answers take about what judging five hundred does."""
MOST = 4
"""Processes at most: each comes to own most of the memory that it looks at."""


@dataclass(frozen=True, slots=True)
class _Share:
    """The objects from `start` to `stop`, judged by the process, whose answers come out of the descriptor."""

    start: int
    stop: int
    process: int
    answers: int


def judged(modules: Sequence[ModuleType], index: Index, *, passes: bool = False) -> Verdicts:
    """What `Engine.run` says, sooner."""
    engine = Engine(modules, index, passes=passes)
    count, shares = len(index.manifests), _processes()
    if count < WORTH or shares == 1:
        return engine.run()
    bounds = [count * number // shares for number in range(1, shares + 1)]
    with _forked(engine, index, bounds) as others:
        made = engine.objects(0, bounds[0])
        own = len(made.said)
        engine.rest()
        rest = made.said[own:]
        del made.said[own:]
        for each in others:
            theirs = _received(each, modules, index)
            if theirs is None:
                engine.objects(each.start, each.stop)
            else:
                made.add(theirs)
    made.said += rest
    return made


def _processes() -> int:
    """Those that are of use. A process with threads must not fork."""
    if sys.platform != "linux" or threading.active_count() > 1:
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


@contextmanager
def _forked(engine: Engine, index: Index, bounds: Sequence[int]) -> Iterator[list[_Share]]:
    shares: list[_Share] = []
    try:
        for start, stop in pairwise(bounds):
            answers, write = os.pipe()
            process = os.fork()
            if process == 0:
                _judge(engine, index, start, stop, write)
            os.close(write)
            shares.append(_Share(start, stop, process, answers))
        yield shares
    finally:
        for each in shares:
            with suppress(OSError):
                os.close(each.answers)
            os.kill(each.process, signal.SIGKILL)
            os.waitpid(each.process, 0)


def _judge(engine: Engine, index: Index, start: int, stop: int, write: int) -> NoReturn:
    """Judge, write and end, without what a process does at its end: streams and files are the parent's."""
    code = 1
    try:
        made = engine.objects(start, stop)
        located = [replace(said, line=said.about.line(said.note.path)) for said in made.said if said.about is not None]
        with os.fdopen(write, "wb") as stream:
            _Writer(stream, index).dump(Verdicts(located, made.tallies))
        code = 0
    finally:
        os._exit(code)


def _received(share: _Share, modules: Sequence[ModuleType], index: Index) -> Verdicts | None:
    """What the process said; None where it came to a bad end."""
    with os.fdopen(os.dup(share.answers), "rb") as stream:
        try:
            made = _Reader(stream, modules, index).load()
        except (EOFError, pickle.UnpicklingError):
            return None
    return made if isinstance(made, Verdicts) else None


class _Writer(pickle.Pickler):
    """Objects, files and checks are there on the other side, and are named by their numbers."""

    def __init__(self, stream: BinaryIO, index: Index) -> None:
        super().__init__(stream, protocol=pickle.HIGHEST_PROTOCOL)
        self._numbers = {id(each): number for number, each in enumerate(_subjects(index))}

    def persistent_id(self, obj: object) -> int | str | None:
        """Called for everything that is written."""
        kind = type(obj)
        if kind is Manifest or kind is OperatorFile:
            return self._numbers[id(obj)]
        return obj.id if isinstance(obj, Check) else None


class _Reader(pickle.Unpickler):
    """The other side. What it reads comes from our own process."""

    def __init__(self, stream: BinaryIO, modules: Sequence[ModuleType], index: Index) -> None:
        super().__init__(stream)
        self._subjects = _subjects(index)
        self._checks = {module.CHECK.id: module.CHECK for module in modules}

    def persistent_load(self, pid: int | str) -> object:
        """What a number or a check's id stands for."""
        return self._checks[pid] if isinstance(pid, str) else self._subjects[pid]


def _subjects(index: Index) -> Sequence[Manifest | OperatorFile]:
    return (*index.manifests, *index.operator_files)
