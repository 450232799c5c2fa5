"""A session without machines: facts are handed in, the API is a function."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
from tests.unit.engine.sim import FakeClock, step
from tests.unit.phases.world import EXAMPLES, IMAGES, READ_AT, Programs

from seakeep.core.errors import MachineError
from seakeep.core.progress import Silent
from seakeep.design.complete import complete
from seakeep.design.model import Machine
from seakeep.engine.journal import Journal, Result
from seakeep.facts.base import Fact, FactSet
from seakeep.flows.session import Session, SessionOptions
from seakeep.sources.store import Store
from seakeep.spec.load import load
from seakeep.state.folder import State
from seakeep.state.runs import Run, new_run
from seakeep.transport.api import ApiClient, ApiError

Answer = Callable[[str, str], tuple[int, Any]]
"""(method, path) -> status and what is sent as JSON, or as it is where it is bytes already."""


class FakeApi(ApiClient):
    """Keeps what it was asked."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.calls: list[str] = []
        self.accepted: dict[str, str] = {}
        self.groups: list[str] = []

    async def raw(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | None = None,
        content_type: str = "application/json",
        accept: str = "",
        group: str = "",
    ) -> tuple[int, bytes]:
        self.accepted[path] = accept
        self.calls.append(f"{method} {path}")
        self.groups.append(group)
        status, found = self.answer(method, path)
        return status, found if isinstance(found, bytes) else msgspec.json.encode(found)


def no_api(method: str, path: str) -> tuple[int, Any]:
    raise ApiError("the API did not answer: connection refused", status=0)


class FakeStore:
    """Has everything."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ensure(self, release: object, arch: str, *, addons: object) -> None:
        self.asked.append(arch)

    def digests(self, release: object, arch: str, addons: object) -> tuple[tuple[str, str], ...]:
        return IMAGES

    def inventory(self, component: str, version: str, arch: str) -> tuple[Any, ...]:
        found = Programs().digests(component, version, arch)
        return tuple(_Program(name, sha256) for name, sha256 in found.items())


class _Program:
    def __init__(self, name: str, sha256: str) -> None:
        self.name, self.sha256 = name, sha256


class FakeSession(Session):
    """`raw` is what each machine says; a machine that is not in it does not answer. `asked` are (fact, machines)."""

    def __init__(self, folder: Path, example: str = "three-sites") -> None:
        loaded = load(EXAMPLES / f"{example}.yaml")
        super().__init__(
            loaded,
            complete(loaded),
            State.open(folder / "state"),
            cast("Store", FakeStore()),
            progress=Silent(),
            options=SessionOptions(),
            clock=FakeClock(),
        )
        self.raw: dict[str, dict[str, bytes]] = {}
        self.answer: Answer = no_api
        self.no_way: Exception | None = None
        self.asked: list[tuple[str, list[str]]] = []

    async def read(
        self, facts: Iterable[Fact[Any]], machines: Iterable[Machine], *, timeout: float = 60
    ) -> tuple[dict[str, FactSet], dict[str, MachineError]]:
        names = [machine.name for machine in machines]
        ids = [fact.id for fact in facts]
        self.asked += [(id_, names) for id_ in ids]
        found = {
            name: FactSet(name, {id_: raw for id_, raw in self.raw[name].items() if id_ in ids}, READ_AT)
            for name in names
            if name in self.raw
        }
        return found, {name: MachineError("no route", host=name) for name in names if name not in self.raw}

    @asynccontextmanager
    async def api(
        self, *identities: str, via: object = None, timeout: float = 0
    ) -> AsyncIterator[Mapping[str, ApiClient]]:
        if self.no_way:
            raise self.no_way
        yield {identity: FakeApi(self.answer) for identity in identities}

    async def past_run(self, verb: str, result: str | None, *, at: float = 0, spec: bytes | None = None) -> Run:
        """A run of before with two changes, the first of them done. `result` is None where it was killed."""
        assert isinstance(self.clock, FakeClock)
        self.clock.time = at
        run = new_run(self.state, verb, self.clock.now())
        self.state.write(f"runs/{run.id}/spec.yaml", self.loaded.content if spec is None else spec)
        first, second = step("a", "file:/x", None), step("a", "unit:x", None)  # type: ignore[arg-type]
        with Journal(run.journal, clock=self.clock) as journal:
            journal.run_start(run=run.id, by="me", command=verb, planned=[first.change.id, second.change.id])
            await journal.begin([first.change, second.change])
            self.clock.time += 5
            journal.end(first.change.id, Result.DONE)
            if result is not None:
                journal.end(second.change.id, Result.DONE if result == "ok" else Result.FAILED, "no space left")
                journal.run_end(result)
        return run
