"""The lab of a cluster: its machines made of containers."""

from collections.abc import Awaitable, Callable
from typing import Literal

from seakeep.core.errors import UsageError
from seakeep.core.meant import meant
from seakeep.flows.session import Session
from seakeep.lab.model import plan_of
from seakeep.report.lab import LabMachine, LabReport


async def up(session: Session) -> LabReport:
    """Make what is missing, start what is stopped."""
    await session.lab.up(plan_of(session.design), session.progress)
    return await ls(session)


async def down(session: Session) -> LabReport:
    """Remove every trace of the machines, and the state folder with the keys and runs of the cluster they were."""
    plan_of(session.design)
    await session.close()
    await session.lab.down(session.progress)
    session.forget()
    return LabReport(cluster_name=session.design.name, engine="", network="", machines=())


async def ls(session: Session) -> LabReport:
    """The machines as they are."""
    plan_of(session.design)
    state = await session.lab.state()
    cuts = await session.lab.cuts() if state.ready else {}
    machines = tuple(
        LabMachine(
            name=each.name, address=each.address, site=each.site, state=each.state, cut_from=cuts.get(each.name, ())
        )
        for each in state.machines
        if state.ready or each.state != "missing"
    )
    return LabReport(
        cluster_name=session.design.name,
        engine=await session.lab.engine_name(),
        network=session.lab.network_name,
        machines=machines,
    )


async def kill(session: Session, *, machines: tuple[str, ...], sites: tuple[str, ...]) -> LabReport:
    """Take their power away."""
    return await _each(session, machines, sites, session.lab.kill)


async def discard(session: Session, machines: tuple[str, ...]) -> LabReport:
    """Throw them away, disks and host keys included, whether or not they are in the file. Not the last one."""
    plan_of(session.design)
    for name in machines:
        await session.lab.discard(name)
    return await ls(session)


async def start(session: Session, *, machines: tuple[str, ...], sites: tuple[str, ...]) -> LabReport:
    """Boot them."""
    return await _each(session, machines, sites, lambda name: session.lab.start(name, session.progress))


async def pause(session: Session, *, machines: tuple[str, ...], sites: tuple[str, ...]) -> LabReport:
    """Freeze them."""
    return await _each(session, machines, sites, session.lab.pause)


async def unpause(session: Session, *, machines: tuple[str, ...], sites: tuple[str, ...]) -> LabReport:
    """Let them go on."""
    return await _each(session, machines, sites, session.lab.unpause)


async def cut(
    session: Session,
    *,
    machines: tuple[str, ...],
    sites: tuple[str, ...],
    direction: Literal["both", "in", "out"] = "both",
) -> LabReport:
    """Cut machines or sites off from all others."""
    await session.lab.cut(_selected(session, machines, sites), direction=direction)
    return await ls(session)


async def heal(session: Session, *, machines: tuple[str, ...] = (), sites: tuple[str, ...] = ()) -> LabReport:
    """Undo the cuts of the named machines, or all."""
    names = _selected(session, machines, sites) if machines or sites else ()
    await session.lab.heal(names)
    return await ls(session)


async def _each(
    session: Session, machines: tuple[str, ...], sites: tuple[str, ...], act: Callable[[str], Awaitable[None]]
) -> LabReport:
    for name in _selected(session, machines, sites):
        await act(name)
    return await ls(session)


def _selected(session: Session, machines: tuple[str, ...], sites: tuple[str, ...]) -> tuple[str, ...]:
    """Names of machines. UsageError for a site that the file does not have, or for nothing at all."""
    unknown = sorted(set(sites) - set(session.design.sites))
    if unknown:
        raise UsageError(f"there is no site {unknown[0]!r} in the file", hint=meant(unknown[0], session.design.sites))
    known = {machine.name for machine in session.design.machines}
    for name in machines:
        if name not in known:
            raise UsageError(f"there is no machine {name!r} in the file", hint=meant(name, sorted(known)))
    chosen = tuple(m.name for m in session.design.machines if m.name in machines or m.site in sites)
    if not chosen:
        raise UsageError("name a machine, or a site with --site")
    return chosen
