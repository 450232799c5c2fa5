"""One run that came to its end, and what a kill would have left at each of its boundaries."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from seakeep.artifacts import registry
from seakeep.core.errors import UndecidedError
from seakeep.design.model import Design, Machine
from seakeep.design.traits import Traits
from seakeep.engine.journal import History, Journal
from seakeep.flows import apply as apply_flow
from seakeep.flows import journaled, rolling
from seakeep.state import certificates, pki

from .authority import Authority
from .cluster import Cluster, Moment, another_process, nobody


class SilentJournal(Journal):
    """Nothing is flushed: what a power cut takes is tested elsewhere."""

    def _sync(self) -> None: ...


class _Told(SilentJournal):
    """Tells of itself before, in the middle of and after every record. `told` gets its bytes."""

    def __init__(self, path: Path, *, clock: Any, told: Callable[[Path, bytes], None]) -> None:
        super().__init__(path, clock=clock)
        self._told, self._run, self._bytes = told, path.parent, path.read_bytes()

    def _write(self, line: bytes) -> None:
        self._told(self._run, self._bytes)
        self._told(self._run, self._bytes + line[: len(line) // 2])
        self._bytes += line
        super()._write(line)
        self._told(self._run, self._bytes)


@dataclass
class Group:
    """Boundaries between which only the journal moved: `moments` differ in nothing else."""

    moments: list[Moment] = field(default_factory=list)

    @property
    def journals(self) -> list[bytes]:
        """What it said, at those boundaries where there was one."""
        return [moment.journal for moment in self.moments if moment.journal is not None]


@dataclass
class Recording:
    """A run from `start` to `end`."""

    end: Moment
    groups: list[Group]
    history: History

    @property
    def boundaries(self) -> int:
        return sum(len(group.moments) for group in self.groups)


def record(cluster: Cluster, patch: pytest.MonkeyPatch, start: Moment | None = None) -> Recording:
    """Run to the end, keeping every moment."""
    groups: list[Group] = []
    current: list[Any] = [start.run, start.journal] if start else ["", None]

    watch = cluster.watch() if cluster.watch is not None else nobody

    def look() -> None:
        watch()
        moment = cluster.moment(*current)
        if not groups or groups[-1].moments[-1].world != moment.world:
            groups.append(Group())
        known = groups[-1].moments
        if not known or known[-1].journal != moment.journal:
            known.append(moment)

    def told(run: Path, content: bytes) -> None:
        current[:] = [run.name, content]
        look()

    cluster.seen_by(look)
    with patch.context() as inner:
        inner.setattr(journaled, "Journal", lambda path, clock: _Told(path, clock=clock, told=told))
        if start is None:
            cluster.apply()
        else:
            cluster.go_on(start)
    cluster.seen_by(nobody)
    last = cluster.folder / "journal"
    last.write_bytes(current[1])
    return Recording(cluster.moment(*current), groups, Journal.read(last))


def install(patch: pytest.MonkeyPatch) -> None:
    """Processes that are dead when they are looked for, keys that two runs have in common, no flushing."""
    authority = Authority()
    for name in ("new_key", "make_leaf", "make_ca"):
        patch.setattr(certificates, name, getattr(authority, name))
    for name in ("issue", "missing"):
        patch.setattr(pki, name, getattr(authority, name))
    patch.setattr(pki.secrets, "token_bytes", lambda count: bytes(count) if count == 32 else os.urandom(count))
    patch.setattr(apply_flow.Owner, "me", another_process)
    patch.setattr(journaled, "Journal", SilentJournal)
    patch.setattr(os, "fsync", lambda _: None)
    patch.setattr(apply_flow, "prove", _proven)
    patch.setattr(rolling, "probing", _no_probe)
    _render_once(patch)
    patch.setattr(apply_flow, "connected", _no_kubectl)


@asynccontextmanager
async def _no_probe(*_: object, **__: object) -> AsyncIterator[None]:
    raise UndecidedError("nothing carries a probe here")
    yield


async def _proven(_: object) -> tuple[()]:
    """The proof makes a namespace of its own and takes it away: it changes nothing that is compared."""
    return ()


@asynccontextmanager
async def _no_kubectl(_: object) -> AsyncIterator[None]:
    yield None


def _render_once(patch: pytest.MonkeyPatch) -> None:
    """Rendering is a function of design, machine and traits: thousands of processes need not repeat it."""
    known: dict[tuple[object, ...], object] = {}
    kept: list[object] = []

    def once(render: Callable[..., Any]) -> Callable[..., Any]:
        def cached(design: Design, machine: Machine | None = None, traits: Traits | None = None) -> Any:
            key = (render, id(design), machine and machine.name, traits)
            if key not in known:
                kept.append(design)
                known[key] = render(design, machine, traits) if machine else render(design)
            return known[key]

        return cached

    for each in (*registry.MACHINE, *registry.API):
        module = sys.modules[each.render.__module__]
        patch.setattr(module, "render", once(each.render))
    for name in ("MACHINE", "API"):
        wrapped = tuple(replace(each, render=once(each.render)) for each in getattr(registry, name))
        patch.setattr(registry, name, wrapped)
