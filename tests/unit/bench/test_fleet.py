"""What a plan and a change cost as the fleet grows, in what can be counted: round trips, requests, renders, decisions,
bytes. `bench/fleet` measures the seconds."""

import os
import tracemalloc
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from bench.fleet.design import spec
from bench.fleet.peers import accounts
from bench.fleet.server import Machines
from bench.fleet.world import Fleet, Store, issue, opened
from tests.unit.crash.cluster import SimApi, nobody
from tests.unit.crash.cluster import _Clock as Clock
from tests.unit.crash.recording import _no_kubectl, _proven

from seakeep.artifacts import kernel, registry
from seakeep.core.errors import UndecidedError
from seakeep.core.progress import Silent
from seakeep.design.model import Role
from seakeep.engine.plan import Stage
from seakeep.flows import apply as apply_flow
from seakeep.flows import planning
from seakeep.flows.apply import apply
from seakeep.flows.observe import ONE_BY_ONE
from seakeep.flows.session import Session, SessionOptions
from seakeep.flows.view import observe
from seakeep.phases.base import PlanContext
from seakeep.transport.api import ApiClient
from seakeep.transport.base import Result, Stream

SMALL, LARGE = 30, 60
"""More nodes than are asked for one by one."""

MIB_A_MACHINE = 0.3
"""1,000 machines then take a third of the gibibyte that they may, and leave the rest to what does not grow."""


class CountedHost:
    """A simulated machine that answers the scripts which a real one is sent, and counts them."""

    def __init__(self, name: str, machines: Machines, counted: Counter[str]) -> None:
        self.name = name
        self._machines = machines
        self._counted = counted

    async def run(self, script: str, *, what: str, timeout: float) -> Result:
        self._counted[f"{self.name}: {what}"] += 1
        return Result(0, await self._machines.answer(self.name, script), "")

    async def feed(
        self,
        command: str,
        payload: Stream,
        *,
        what: str,
        timeout: float,
        on_line: Callable[[str], None] | None = None,
    ) -> Result:
        self._counted[f"{self.name}: feed"] += 1
        host = self._machines.fleet.hosts[self.name]
        return await host.feed(command, payload, what=what, timeout=timeout, on_line=on_line)

    async def close(self) -> None:
        """Nothing is open."""


class CountedApi(SimApi):
    """Counts what is asked of the API."""

    def __init__(self, fleet: Fleet, counted: Counter[str]) -> None:
        super().__init__(fleet)
        self._counted = counted

    async def raw(self, path: str, **more: Any) -> tuple[int, bytes]:
        self._counted["api"] += 1
        return await super().raw(path, **more)


class CountedSession(Session):
    """One process of the operator, before a fleet that is as its file wants it."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        store: Any = Store()
        super().__init__(*opened(folder), store, progress=Silent(), options=SessionOptions(), clock=Clock(nobody))
        self.counted: Counter[str] = Counter()
        self._fleet = fleet
        machines = Machines(fleet)
        self._counted_hosts = {name: CountedHost(name, machines, self.counted) for name in fleet.hosts}

    def host(self, name: str) -> Any:
        return self._counted_hosts[name]

    async def entrance(self) -> Any:
        return self.host(self.entrances()[0].name)

    @asynccontextmanager
    async def api(
        self, *identities: str, via: object = None, timeout: float = 0
    ) -> AsyncIterator[Mapping[str, ApiClient]]:
        if identities == ("admin",):
            raise UndecidedError("nothing carries a probe here")
        yield dict.fromkeys(identities, CountedApi(self._fleet, self.counted))

    def trips(self, machine: str) -> dict[str, int]:
        """What was sent to a machine, and how often."""
        return {key.partition(": ")[2]: n for key, n in self.counted.items() if key.startswith(f"{machine}: ")}


def fleet_of(folder: Path, count: int) -> Fleet:
    """So many machines that are as they should be."""
    folder.mkdir()
    (folder / "cluster.yaml").write_text(spec(count, folder / "key"))
    issue(folder, Clock(nobody))
    return Fleet(folder)


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Fleet]:
    """Both sizes; tests leave them as they are found."""
    folder = tmp_path_factory.mktemp("fleets")
    return {count: fleet_of(folder / str(count), count) for count in (SMALL, LARGE)}


@pytest.fixture(autouse=True)
def _anew() -> None:
    """What another test rendered does not count."""
    registry._once.cache_clear()


async def planned(fleet: Fleet) -> CountedSession:
    """A plan that finds nothing to do."""
    session = CountedSession(fleet.folder, fleet)
    view = await observe(session)
    assert view.unreachable == {}
    assert view.plan(session).changes == ()
    return session


def per_machine(small: float, large: float) -> float:
    """What each further machine adds."""
    return (large - small) / (LARGE - SMALL)


async def test_a_plan_takes_one_round_trip_to_a_machine_and_the_same_requests_for_any_number(
    fleets: dict[int, Fleet],
) -> None:
    requests = []
    for count, fleet in fleets.items():
        session = await planned(fleet)
        workers = [each.name for each in session.design.machines if each.roles == {Role.WORKER}]
        assert len(workers) == count - 8 > ONE_BY_ONE
        assert [session.trips(name) for name in workers] == [{"read facts": 1}] * len(workers)
        requests.append(session.counted["api"])
    assert requests[0] == requests[1] > ONE_BY_ONE


async def test_a_plan_renders_a_machine_once_for_what_is_asked_and_once_for_what_is_wanted(
    fleets: dict[int, Fleet],
) -> None:
    rendered = []
    for fleet in fleets.values():
        registry._once.cache_clear()
        await planned(fleet)
        rendered.append(registry._once.cache_info().misses)
    parts = sum(Role.WORKER in each.roles for each in registry.MACHINE)
    assert 0 < per_machine(*rendered) <= 2 * parts


async def test_a_change_of_one_machine_touches_no_other_and_looks_at_the_others_once(
    fleets: dict[int, Fleet], monkeypatch: pytest.MonkeyPatch
) -> None:
    decided: Counter[str] = Counter()
    stage_of = planning.stage_of

    def counted(name: str, context: PlanContext) -> Stage:
        decided[name] += 1
        return stage_of(name, context)

    monkeypatch.setattr(planning, "stage_of", counted)
    monkeypatch.setattr(apply_flow, "prove", _proven)
    monkeypatch.setattr(apply_flow, "connected", _no_kubectl)
    monkeypatch.setattr(os, "fsync", lambda _: None)
    fleet = fleets[LARGE]
    *others, name = [each.name for each in fleet.design.machines if each.roles == {Role.WORKER}]
    host = fleet.hosts[name]
    right = host.machine
    wrong = replace(right.files[kernel.SYSCTL], sha256="0" * 64)
    host.machine = replace(right, files={**right.files, kernel.SYSCTL: wrong})

    session = CountedSession(fleet.folder, fleet)
    report = await apply(session, confirm=lambda _: True)

    assert report.changes == 1
    assert host.machine.files[kernel.SYSCTL] == right.files[kernel.SYSCTL]
    assert session.trips(name)["feed"] == 1
    assert [session.trips(each) for each in others] == [{"read facts": 1}] * len(others)
    # Parts that follow from the API's objects are decided once more when those were read anew.
    assert decided["machines"] == decided["prune"] == 1
    assert max(decided.values()) <= 2, decided


async def test_a_thousand_machines_fit_into_a_gibibyte(fleets: dict[int, Fleet]) -> None:
    peaks = []
    for fleet in fleets.values():
        registry._once.cache_clear()
        tracemalloc.start()
        await planned(fleet)
        peaks.append(tracemalloc.get_traced_memory()[1] / 2**20)
        tracemalloc.stop()
    assert per_machine(*peaks) < MIB_A_MACHINE, peaks


def test_the_peers_machines_have_a_root_without_anything_that_a_shell_would_read() -> None:
    passwd = accounts(
        "root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/sh\nsshd:x:7:7::/:/bin/false\n"
    ).splitlines()
    assert [line.split(":")[0] for line in passwd] == ["root", "sshd", "daemon"]
    assert passwd[0].split(":")[5] != "/root"
