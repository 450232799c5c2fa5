"""The locks on the machines and in the API, as every flow that changes the cluster holds them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from seakeep.core.errors import MachineError, RefusedError, SeakeepError
from seakeep.design.model import Role
from seakeep.engine.lease import LeaseLock
from seakeep.engine.lock import MachineLock, Owner
from seakeep.flows.lease import ApiLease
from seakeep.flows.session import Session
from seakeep.state.rotation import ca_name
from seakeep.transport.api import ApiClient

LEASE_LIMIT = 60.0
"""Seconds in which an API that is to be taken away has to give its lease. A silent holder is given half of them."""


@asynccontextmanager
async def machine_lock(session: Session, owner: Owner, *, needed: bool = True) -> AsyncIterator[MachineLock]:
    """Held on the control-plane machines: two operators on two computers meet there.

    RefusedError when another holds it, or where no machine answers; in the latter case only if it is `needed`.
    """
    names = [machine.name for machine in session.design.with_role(Role.CONTROL_PLANE)]
    hosts = [session.host(name) for name in names if name not in session.without]

    lock = MachineLock(hosts, owner, clock=session.clock, progress=session.progress, on_lost=_stop(session))
    try:
        await lock.__aenter__()
    except MachineError as error:
        if needed:
            raise RefusedError(
                f"no control-plane machine could be locked; nothing was changed. {error.host}: {error.message}",
                hint=error.hint,
            ) from error
        session.progress.note(f"no control-plane machine could be locked: {error.host}: {error.message}")
    try:
        yield lock
    finally:
        await lock.__aexit__(None, None, None)


def api_lease(session: Session, api: ApiClient, owner: Owner) -> LeaseLock:
    """The lease in the API: it is what two operators share of whom each reaches other machines. RefusedError when
    another holds it."""
    return LeaseLock(ApiLease(api), owner, clock=session.clock, progress=session.progress, on_lost=_stop(session))


async def take_lease(session: Session, owner: Owner) -> None:
    """The lease, for a flow that takes the API away with it: nobody can give it back, and it ends by itself.

    RefusedError when another holds it. Where no API answers a note says so: the flow goes on without.
    """
    if session.state.read(ca_name("cluster")) is None:
        return  # There has never been an API.
    try:
        async with asyncio.timeout(LEASE_LIMIT), session.api("break-glass") as clients:
            await api_lease(session, clients["break-glass"], owner).take()
    except RefusedError:
        raise
    except (SeakeepError, TimeoutError) as error:
        why = getattr(error, "message", "") or f"no answer within {LEASE_LIMIT:.0f} s"
        session.progress.note(f"the cluster's lease could not be taken: {why}")


def _stop(session: Session) -> Callable[[str], None]:
    def lost(why: str) -> None:
        session.progress.note(why)
        session.options.interrupt.set()

    return lost
