"""The lock once the API answers: a Lease, renewed while the work goes on.

A holder is dead when its renewTime has not *changed* for a whole lease duration by our own monotonic clock;
clocks of two computers are never compared.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Protocol, Self

import msgspec

from seakeep.core.clock import Clock
from seakeep.core.errors import RefusedError, SeakeepError
from seakeep.core.progress import Progress
from seakeep.engine.lock import BREAK_HINT, Owner, is_dead

NAMESPACE = "kube-system"
NAME = "seakeep-lock"
DURATION = 30
"""Seconds without a renewal after which a holder is dead. Renewed three times as often."""
OWNER_ANNOTATION = "seakeep.dev/owner"


class LeaseMeta(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The part of the metadata that is used."""

    name: str = ""
    namespace: str = ""
    resource_version: str = ""
    annotations: dict[str, str] = {}


class LeaseSpec(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """Times are RFC 3339 with microseconds, as the API wants them."""

    holder_identity: str | None = None
    lease_duration_seconds: int | None = None
    acquire_time: str | None = None
    renew_time: str | None = None
    lease_transitions: int | None = None


class Lease(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """coordination.k8s.io/v1 Lease."""

    api_version: str = "coordination.k8s.io/v1"
    kind: str = "Lease"
    metadata: LeaseMeta
    spec: LeaseSpec = LeaseSpec()


class LeaseApi(Protocol):
    """The three calls that the lock needs. Anything unexpected is a SeakeepError."""

    async def get(self, namespace: str, name: str) -> Lease | None:
        """The lease, or None when there is none."""
        ...

    async def create(self, lease: Lease) -> Lease | None:
        """The lease as stored, or None when it exists already (409)."""
        ...

    async def update(self, lease: Lease) -> Lease | None:
        """Replace it; None when its resourceVersion has moved (409) or it is gone (404)."""
        ...


class LeaseLock:
    """Holds the lease for the time of an `async with`.

    A live holder is refused as soon as it shows a sign of life, a silent one is given a whole lease duration.
    When renewing has failed for that long, or somebody else holds the lease, `on_lost` is called once.
    """

    def __init__(
        self,
        api: LeaseApi,
        owner: Owner,
        *,
        clock: Clock,
        progress: Progress,
        on_lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._api = api
        self._owner = owner
        self._clock = clock
        self._progress = progress
        self._on_lost = on_lost
        self._lease: Lease | None = None
        self._renewing: asyncio.Task[None] | None = None

    @property
    def identity(self) -> str:
        """What stands in holderIdentity."""
        return f"{self._owner.user}@{self._owner.host} pid {self._owner.pid} run {self._owner.run}"

    async def __aenter__(self) -> Self:
        self._lease = await self._acquire()
        self._renewing = asyncio.create_task(self._renew_for_ever())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self._release()

    async def take(self) -> None:
        """Take the lease and leave it held, without a further sign of life: for work that ends with the API."""
        self._lease = await self._acquire()

    async def renew(self) -> bool:
        """Give a sign of life. False when the lease is no longer ours; a SeakeepError when nobody answered."""
        for _ in range(2):
            if self._lease is None or self._lease.spec.holder_identity != self.identity:
                return False
            stored = await self._api.update(self._claim(self._lease, acquired=self._lease.spec.acquire_time))
            if stored is not None:
                self._lease = stored
                return True
            self._lease = await self._api.get(NAMESPACE, NAME)
        return False

    async def _acquire(self) -> Lease:
        for _ in range(5):
            found = await self._api.get(NAMESPACE, NAME)
            if found is None:
                taken = await self._api.create(self._claim(Lease(metadata=LeaseMeta(NAME, NAMESPACE)), acquired=None))
            else:
                await self._refuse_living(found)
                taken = await self._api.update(self._claim(found, acquired=None))
            if taken is not None:
                return taken
        raise RefusedError("others keep taking the cluster's lock first", hint="try again when they are done")

    async def _refuse_living(self, found: Lease) -> None:
        """Return when the lease is free, ours, or its holder is dead."""
        holder = found.spec.holder_identity
        if not holder or holder == self.identity:
            return
        owner = owner_of(found)
        if owner is not None and (owner.computer, owner.boot) == (self._owner.computer, self._owner.boot):
            if not is_dead(owner, self._owner):
                raise self._refused(found)
            self._progress.note(f"took over the cluster's lock that a dead process left: {owner}")
            return
        silence = max(DURATION, found.spec.lease_duration_seconds or 0)
        start = self._clock.monotonic()
        while (passed := self._clock.monotonic() - start) < silence:
            self._progress.state("lock", f"waiting for a sign of life of {owner or holder}")
            await self._clock.sleep(min(2.0, silence - passed))
            now = await self._api.get(NAMESPACE, NAME)
            if now is None or not now.spec.holder_identity:
                return
            if (now.spec.renew_time, now.spec.holder_identity) != (found.spec.renew_time, holder):
                raise self._refused(now)
        self._progress.state("lock", "")
        self._progress.note(f"took over the cluster's lock: {owner or holder} was silent for {silence} s")

    def _refused(self, lease: Lease) -> RefusedError:
        owner = owner_of(lease)
        who = str(owner) if owner else lease.spec.holder_identity
        return RefusedError(
            f"the cluster is locked by {who}, since {lease.spec.acquire_time} by its clock", hint=BREAK_HINT
        )

    def _claim(self, lease: Lease, *, acquired: str | None) -> Lease:
        now = _micro(self._clock.now())
        annotations = {**lease.metadata.annotations, OWNER_ANNOTATION: msgspec.json.encode(self._owner).decode()}
        transitions = (lease.spec.lease_transitions or 0) + (acquired is None)
        return msgspec.structs.replace(
            lease,
            metadata=msgspec.structs.replace(lease.metadata, annotations=annotations),
            spec=LeaseSpec(self.identity, DURATION, acquired or now, now, transitions),
        )

    async def _renew_for_ever(self) -> None:
        last = self._clock.monotonic()
        while True:
            await self._clock.sleep(DURATION / 3)
            try:
                held = await self.renew()
            except SeakeepError as error:
                if self._clock.monotonic() - last >= DURATION:
                    self._on_lost(f"the cluster's lock could not be renewed for {DURATION} s: {error.message}")
                    return
                continue
            if not held:
                self._on_lost("somebody else has taken the cluster's lock")
                return
            last = self._clock.monotonic()

    async def _release(self) -> None:
        """Leave the lease without a holder, when it is ours."""
        try:
            for _ in range(2):
                lease = self._lease
                if lease is None or lease.spec.holder_identity != self.identity:
                    return
                free = LeaseSpec(None, 1, None, None, lease.spec.lease_transitions)
                if await self._api.update(msgspec.structs.replace(lease, spec=free)) is not None:
                    return
                self._lease = await self._api.get(NAMESPACE, NAME)
        except SeakeepError as error:
            self._progress.note(f"the cluster's lock could not be released: {error.message}")
        finally:
            self._lease = None


async def break_lease(api: LeaseApi, shown: Lease) -> None:
    """Leave the lease without a holder when the one that was shown still holds it; RefusedError when it is another. Its
    holder notices at its next renewal."""
    for _ in range(5):
        found = await api.get(NAMESPACE, NAME)
        if found is None or not found.spec.holder_identity:
            return
        if found.spec.holder_identity != shown.spec.holder_identity:
            raise RefusedError(
                f"the cluster's lease is now held by {owner_of(found) or found.spec.holder_identity}", hint="look again"
            )
        free = LeaseSpec(None, 1, None, None, found.spec.lease_transitions)
        if await api.update(msgspec.structs.replace(found, spec=free)) is not None:
            return
    raise RefusedError("the cluster's lease is written faster than it could be broken", hint="look again")


def owner_of(lease: Lease) -> Owner | None:
    """Who holds it, where its annotation can be read."""
    text = lease.metadata.annotations.get(OWNER_ANNOTATION, "")
    try:
        return msgspec.json.decode(text, type=Owner)
    except msgspec.DecodeError:
        return None


def _micro(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
