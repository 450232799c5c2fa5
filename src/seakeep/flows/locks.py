"""The lock on the machines, as every flow that changes them holds it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seakeep.core.errors import MachineError, RefusedError
from seakeep.design.model import Role
from seakeep.engine.lock import MachineLock, Owner
from seakeep.flows.session import Session


@asynccontextmanager
async def machine_lock(session: Session, owner: Owner, *, needed: bool = True) -> AsyncIterator[None]:
    """Held on the control-plane machines: two operators on two computers meet there.

    RefusedError when another holds it, or where no machine answers; in the latter case only if it is `needed`.
    """
    names = [machine.name for machine in session.design.with_role(Role.CONTROL_PLANE)]
    hosts = [session.host(name) for name in names if name not in session.without]

    def lost(why: str) -> None:
        session.progress.note(why)
        session.options.interrupt.set()

    lock = MachineLock(hosts, owner, clock=session.clock, progress=session.progress, on_lost=lost)
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
        yield
    finally:
        await lock.__aexit__(None, None, None)
