"""unlock: take away the lock of an operator who is gone. Shows who and how old, asks, and leaves a record."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from seakeep.core.errors import MachineError, RefusedError, SeakeepError, UndecidedError
from seakeep.design.model import Role
from seakeep.engine.journal import Journal
from seakeep.engine.lease import DURATION, NAME, NAMESPACE, Lease, break_lease, owner_of
from seakeep.engine.lock import SILENT, Held, Owner, break_lock, is_alive, is_dead, read_lock, span
from seakeep.flows.journaled import journaled
from seakeep.flows.lease import ApiLease, renewed_at
from seakeep.flows.session import Session
from seakeep.state.runs import new_run

LEASE_LIMIT = 10.0
"""Seconds that reading the lease may take."""


@dataclass(frozen=True, slots=True)
class FoundLease:
    """The lease while somebody holds it. `silent` is seconds since its last renewal by the API server's clock; None
    where that could not be told."""

    lease: Lease
    owner: Owner | None
    silent: float | None

    def __str__(self) -> str:
        who = str(self.owner) if self.owner else str(self.lease.spec.holder_identity)
        silent = (
            f"last sign of life {span(self.silent)} ago" if self.silent is not None else "last sign of life unknown"
        )
        return f"{who}, since {self.lease.spec.acquire_time} by its clock, {silent}"


@dataclass(frozen=True, slots=True)
class Locks:
    """Every lock that was found, as `me` sees them. `unread` says what could not be looked at, a line each."""

    me: Owner
    machines: tuple[Held, ...]
    lease: FoundLease | None
    unread: tuple[str, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each lock."""
        found = [
            f"lock on {held.machine}: {held}{_alive(held.owner, self.me, held.silent, SILENT)}"
            for held in self.machines
        ]
        if self.lease is not None:
            alive = _alive(self.lease.owner, self.me, self.lease.silent, DURATION)
            found.append(f"lease in the cluster: {self.lease}{alive}")
        return tuple(found)

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Who holds them, as far as it can be read."""
        found = [held.owner for held in self.machines]
        if self.lease is not None:
            found.append(self.lease.owner)
        return tuple(dict.fromkeys(owner for owner in found if owner is not None))


def _alive(owner: Owner | None, me: Owner, silent: float | None, limit: float) -> str:
    """Of a process of this computer more is known than its silence tells."""
    if owner is not None and owner.boot == me.boot and is_dead(owner, me):
        return "; that process, of this computer, is dead"
    return "; THAT RUN SEEMS TO BE ALIVE" if silent is not None and silent < limit else ""


async def unlock(session: Session, confirm: Callable[[tuple[str, ...]], bool]) -> tuple[str, ...]:
    """What was removed, a line each; empty where nothing was locked. `confirm` is shown the same lines.

    RefusedError when a process of this computer holds a lock and is alive, when not confirmed, or when another lock has
    taken the place of the one that was shown. UndecidedError where there is no lock to be seen, but not everything
    could be looked at.
    """
    me = Owner.me(run="", command="unlock", clock=session.clock)
    found = await locks(session, me)
    for line in found.unread:
        session.progress.note(line)
    if not found.lines:
        if found.unread:
            raise UndecidedError(
                "no lock was seen, but not everything could be looked at: " + "; ".join(found.unread),
                hint="bring those machines back, then run the command again",
            )
        return ()
    if living := [owner for owner in found.owners if is_alive(owner, me)]:
        raise RefusedError(
            f"{living[0]} is alive on this computer; nothing was changed",
            hint=f"interrupt it: kill -INT {living[0].pid}; it gives its locks back",
        )
    if not confirm(found.lines):
        raise RefusedError("not confirmed; nothing was changed")
    run = new_run(session.state, "unlock", session.clock.now())
    with journaled(session, run, command="unlock", planned=()) as journal:
        await _break(session, found, journal)
    return found.lines


async def locks(session: Session, me: Owner) -> Locks:
    """Look everywhere at once."""
    machines = session.design.with_role(Role.CONTROL_PLANE)

    async def on(name: str) -> Held | MachineError | None:
        try:
            return await read_lock(session.host(name))
        except MachineError as error:
            return error

    lease, *answers = await asyncio.gather(_lease(session), *(on(machine.name) for machine in machines))
    unread = [
        f"{answer.host} could not be asked for its lock: {answer.message}"
        for answer in answers
        if isinstance(answer, MachineError)
    ]
    if isinstance(lease, str):
        unread.append(lease)
    return Locks(
        me=me,
        machines=tuple(answer for answer in answers if isinstance(answer, Held)),
        lease=lease if isinstance(lease, FoundLease) else None,
        unread=tuple(unread),
    )


async def _break(session: Session, found: Locks, journal: Journal) -> None:
    """Each is noted, on disk, before it is taken away."""
    for held in found.machines:
        journal.note(f"breaks the lock on {held.machine} of {held}")
        await break_lock(session.host(held.machine), held)
    if found.lease is not None:
        journal.note(f"breaks the lease of {found.lease}")
        async with session.api("break-glass") as clients:
            await break_lease(ApiLease(clients["break-glass"]), found.lease.lease)


async def _lease(session: Session) -> FoundLease | str | None:
    """The lease while it is held, None while it is not, and why it could not be read otherwise."""
    if session.state.read("pki/cluster/ca.crt") is None:
        return None  # There has never been an API to hold one.
    try:
        async with asyncio.timeout(LEASE_LIMIT), session.api("break-glass") as clients:
            api = clients["break-glass"]
            found = await ApiLease(api).get(NAMESPACE, NAME)
            if found is None or not found.spec.holder_identity:
                return None
            return FoundLease(found, owner_of(found), _since(await renewed_at(api), api.server_time))
    except TimeoutError:
        return f"the lease in the cluster could not be read: no answer within {LEASE_LIMIT:.0f} s"
    except SeakeepError as error:
        return f"the lease in the cluster could not be read: {error.message}"


def _since(moment: datetime | None, now: datetime | None) -> float | None:
    return None if moment is None or now is None else max(0.0, (now - moment).total_seconds())
