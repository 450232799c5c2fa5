import asyncio
from datetime import datetime, timedelta

import msgspec
import pytest

from seakeep.core.errors import RefusedError, RunError
from seakeep.engine.lease import DURATION, NAME, NAMESPACE, Lease, LeaseLock, LeaseMeta, LeaseSpec, break_lease
from seakeep.engine.lock import Owner

from .sim import FakeClock, Recorder

ME = Owner.me(run="r1", command="apply", clock=FakeClock())
OTHER = msgspec.structs.replace(ME, user="anna", host="laptop", computer="elsewhere", run="r2", pid=7)


class Api:
    """An API server with one lease: optimistic concurrency as the real one has it."""

    def __init__(self) -> None:
        self.lease: Lease | None = None
        self.version = 0
        self.down = False
        self.before_write: list[object] = []

    async def get(self, namespace: str, name: str) -> Lease | None:
        assert (namespace, name) == (NAMESPACE, NAME)
        if self.down:
            raise RunError("the API does not answer")
        return self.lease

    async def create(self, lease: Lease) -> Lease | None:
        return None if self.lease is not None else self._store(lease)

    async def update(self, lease: Lease) -> Lease | None:
        if self.down:
            raise RunError("the API does not answer")
        if self.lease is None or self.lease.metadata.resource_version != lease.metadata.resource_version:
            return None
        return self._store(lease)

    def _store(self, lease: Lease) -> Lease:
        lease = msgspec.json.decode(msgspec.json.encode(lease), type=Lease)
        self.version += 1
        meta = msgspec.structs.replace(lease.metadata, resource_version=str(self.version))
        self.lease = msgspec.structs.replace(lease, metadata=meta)
        return self.lease

    def held_by(self, identity: str, renewed: str) -> None:
        spec = LeaseSpec(identity, DURATION, "2026-11-23T00:00:00.000000Z", renewed, 3)
        self._store(Lease(metadata=LeaseMeta(NAME, NAMESPACE), spec=spec))

    @property
    def holder(self) -> str | None:
        assert self.lease is not None
        return self.lease.spec.holder_identity


class OnlyRenewals(FakeClock):
    """The renewal never comes by itself; every other wait passes at once."""

    async def sleep(self, seconds: float) -> None:
        if seconds == DURATION / 3:
            await asyncio.Event().wait()
        await super().sleep(seconds)


def lock(api: Api, owner: Owner = ME, *, clock: FakeClock | None = None, lost: list[str] | None = None) -> LeaseLock:
    return LeaseLock(
        api,
        owner,
        clock=clock or OnlyRenewals(),
        progress=Recorder(),
        on_lost=(lost if lost is not None else []).append,
    )


async def test_taken_and_left_without_a_holder() -> None:
    api = Api()
    async with lock(api) as held:
        assert api.lease is not None
        assert api.holder == held.identity
        assert api.lease.spec.lease_duration_seconds == DURATION
        assert api.lease.spec.acquire_time == "2026-11-23T00:00:00.000000Z"

    assert api.holder is None
    async with lock(api, OTHER):
        assert api.lease.spec.lease_transitions == 2


async def test_released_after_an_error() -> None:
    api = Api()
    with pytest.raises(ZeroDivisionError):
        async with lock(api):
            raise ZeroDivisionError
    assert api.holder is None


class Renewing(OnlyRenewals):
    """While we watch, the other holder renews, by a clock of its own."""

    def __init__(self, api: Api, their_time: datetime) -> None:
        super().__init__()
        self.api = api
        self.their_time = their_time

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if self.time > 9:
            self.their_time += timedelta(seconds=10)
            self.api.held_by("anna", self.their_time.isoformat())


@pytest.mark.parametrize("year", [1999, 2026, 2099])
async def test_a_living_holder_is_refused_whatever_its_clock_says(year: int) -> None:
    api = Api()
    api.held_by("anna", f"{year}-01-01T00:00:00.000000Z")
    clock = Renewing(api, datetime.fromisoformat(f"{year}-01-01T00:00:00+00:00"))

    with pytest.raises(RefusedError, match="locked by anna, since 2026-11-23"):
        async with lock(api, clock=clock):
            pass

    assert clock.time < DURATION
    assert api.holder == "anna"


@pytest.mark.parametrize("year", [1999, 2026, 2099])
async def test_a_silent_holder_is_dead_after_a_whole_duration_of_our_clock(year: int) -> None:
    api = Api()
    api.held_by("anna", f"{year}-01-01T00:00:00.000000Z")
    clock = OnlyRenewals()

    async with lock(api, clock=clock) as held:
        assert api.holder == held.identity

    assert clock.time == DURATION


async def test_a_holder_that_leaves_while_we_watch_makes_room() -> None:
    api = Api()
    api.held_by("anna", "x")

    class Leaving(OnlyRenewals):
        async def sleep(self, seconds: float) -> None:
            await super().sleep(seconds)
            if api.holder == "anna":
                api._store(msgspec.structs.replace(api.lease or Lease(metadata=LeaseMeta()), spec=LeaseSpec()))

    async with lock(api, clock=Leaving()) as held:
        assert api.holder == held.identity


async def test_a_dead_process_of_this_computer_is_taken_over_at_once_a_living_one_never() -> None:
    api = Api()
    dead = msgspec.structs.replace(ME, pid=2**22 + 1)
    abandoned = lock(api, dead)
    await abandoned.__aenter__()
    clock = OnlyRenewals()
    async with lock(api, clock=clock):
        assert clock.time == 0
        alive = msgspec.structs.replace(ME, run="other")
        with pytest.raises(RefusedError, match="run r1"):
            await lock(api, alive, clock=clock).__aenter__()
    await abandoned.__aexit__(None, None, None)
    assert api.holder is None


async def test_two_at_once_one_wins() -> None:
    api = Api()

    async def work(owner: Owner) -> bool:
        try:
            async with lock(api, owner):
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                return True
        except RefusedError:
            return False

    first = lock(api, OTHER)
    await first.__aenter__()
    stored = api.lease
    api.lease = msgspec.structs.replace(stored or Lease(metadata=LeaseMeta()), spec=LeaseSpec())
    results = await asyncio.gather(work(ME), work(msgspec.structs.replace(ME, user="b", computer="b")))
    assert sum(results) >= 1
    await first.__aexit__(None, None, None)


async def test_renewing_moves_renew_time_and_keeps_acquire_time() -> None:
    api = Api()
    clock = OnlyRenewals()
    async with lock(api, clock=clock) as held:
        clock.time += 10
        assert await held.renew()
        assert api.lease is not None
        assert api.lease.spec.renew_time == "2026-11-23T00:00:10.000000Z"
        assert api.lease.spec.acquire_time == "2026-11-23T00:00:00.000000Z"
        assert api.lease.spec.lease_transitions == 1


async def test_a_lease_taken_by_another_is_lost_and_not_released() -> None:
    api = Api()
    async with lock(api) as held:
        api.held_by("anna", "x")
        assert not await held.renew()
    assert api.holder == "anna"


async def test_loss_is_told_once_when_nobody_answers_for_a_whole_duration() -> None:
    api = Api()
    lost: list[str] = []
    clock = FakeClock()
    async with lock(api, clock=clock, lost=lost):
        api.down = True
        for _ in range(20):
            await asyncio.sleep(0)
        assert clock.time >= DURATION
        for _ in range(20):
            await asyncio.sleep(0)

    assert len(lost) == 1
    assert "does not answer" in lost[0]


def test_the_wire_format_is_the_api_s() -> None:
    lease = Lease(metadata=LeaseMeta("a", "b", "7"), spec=LeaseSpec("me", 30, "t", "u", 1))

    assert msgspec.to_builtins(lease) == {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": "a", "namespace": "b", "resourceVersion": "7"},
        "spec": {
            "holderIdentity": "me",
            "leaseDurationSeconds": 30,
            "acquireTime": "t",
            "renewTime": "u",
            "leaseTransitions": 1,
        },
    }


async def test_a_broken_lease_has_no_holder_and_its_holder_notices() -> None:
    api = Api()
    lost: list[str] = []
    async with lock(api, lost=lost) as held:
        shown = await api.get(NAMESPACE, NAME)
        assert shown is not None
        await held.renew()  # a sign of life in between moves the version, not the holder
        await break_lease(api, shown)
        assert api.holder is None
        assert not await held.renew()


async def test_only_the_lease_that_was_shown_is_broken() -> None:
    api = Api()
    api.held_by("somebody", "2026-11-23T00:00:00.000000Z")
    shown = await api.get(NAMESPACE, NAME)
    assert shown is not None
    api.held_by("somebody else", "2026-11-23T00:00:10.000000Z")
    with pytest.raises(RefusedError, match="now held by somebody else"):
        await break_lease(api, shown)
    assert api.holder == "somebody else"


async def test_breaking_a_lease_that_was_let_go_is_done() -> None:
    api = Api()
    api.held_by("somebody", "2026-11-23T00:00:00.000000Z")
    shown = api.lease
    assert shown is not None
    api.lease = None
    await break_lease(api, shown)


async def test_a_copy_of_this_computer_is_watched_not_taken_for_dead() -> None:
    """The same computer under another boot may be another computer made from the same image."""
    api = Api()
    twin = msgspec.structs.replace(ME, boot="another", run="r9")
    async with lock(api, twin, clock=OnlyRenewals()):
        clock = OnlyRenewals()
        async with lock(api, ME, clock=clock):
            assert sum(clock.slept) >= DURATION
