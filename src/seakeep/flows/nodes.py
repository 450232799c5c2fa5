"""Machines that come and go, one at a time: what the file says changes, and apply does the rest."""

from collections.abc import Callable

from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.meant import meant
from seakeep.engine.lock import FileLock, Owner
from seakeep.engine.model import DrainNode, Step
from seakeep.engine.stage import Stage
from seakeep.flows.apply import Confirm, apply
from seakeep.flows.drain import drain as drain_node
from seakeep.flows.journaled import execute, journaled, unless_begun
from seakeep.flows.locks import api_lease, machine_lock
from seakeep.flows.newest import catch_up
from seakeep.flows.session import Session
from seakeep.report.apply import ApplyReport, DrainReport
from seakeep.spec.edit import has_machine, with_machine, without_machine
from seakeep.state.runs import new_run

Edit = Callable[[bytes], bytes]


def adding(name: str, *, address: str | None, site: str | None, roles: tuple[str, ...], pool: str | None) -> Edit:
    """The file with the machine in it. UsageError where it has the machine already, otherwise than asked for, or where
    too little is said about a new one."""

    def edit(content: bytes) -> bytes:
        asked = address is not None or site is not None or bool(roles) or pool is not None
        if has_machine(content, name):
            if asked:
                raise UsageError(f"{name} is in the file already", hint="say it there, and name the machine only")
            return content
        if address is None or not roles:
            raise UsageError(f"{name} is not in the file", hint="say at least --address and --role")
        fields = {"name": name, "address": address, "site": site, "roles": f"[{', '.join(roles)}]", "pool": pool}
        return with_machine(content, {key: value for key, value in fields.items() if value is not None})

    return edit


def removing(name: str) -> Edit:
    """The file without the machine."""
    return lambda content: without_machine(content, name)


async def add(session: Session, name: str, confirm: Confirm) -> ApplyReport:
    """Take in a machine of the file that the cluster does not have yet. RefusedError where it has, or where more than
    this machine would come or go."""
    await catch_up(session)
    _only(session, comes=name)
    return await apply(session, confirm=confirm)


async def remove(session: Session, name: str, confirm: Confirm) -> ApplyReport:
    """Take out a machine that is not in the file any more. UsageError for a name that neither file nor cluster
    knows."""
    await catch_up(session)
    _only(session, goes=name)
    return await apply(session, confirm=confirm)


async def replace(session: Session, name: str, confirm: Confirm) -> ApplyReport:
    """A new machine under the name of one that is gone. `session.options.replace` names it too. UsageError for a name
    that is not in the file."""
    await catch_up(session)
    if session.known is None or session.known.machine(name) is None:
        names = [machine.name for machine in session.design.machines]
        if name not in names:
            raise UsageError(f"there is no machine {name!r} in the file", hint=meant(name, names))
        raise RefusedError(f"{name} was never part of the cluster", hint=f"seakeep node add {name}")
    _only(session)
    return await apply(session, confirm=confirm)


async def unfence(session: Session, name: str, confirm: Confirm) -> ApplyReport:
    """Let an address be heard again that was fenced, by its name or itself. UsageError for one that is not."""
    await catch_up(session)
    fences = session.known.fences if session.known is not None else ()
    ended = [each for each in fences if name in (each.name, str(each.address))]
    if not ended:
        hint = meant(name, [each.name for each in fences]) if fences else "nothing is: see `seakeep status`"
        raise UsageError(f"{name} is not fenced", hint=hint)
    _only(session)
    for each in ended:
        session.progress.note(
            f"{each.name} was taken out on {each.since} while it did not answer: whatever has {each.address} now is"
            " let to the API servers and etcd again; were it still that machine, it would claim what it had"
        )
    session.unfence(name)
    return await apply(session, confirm=confirm)


async def drain(session: Session, name: str, timeout: float) -> DrainReport:
    """Cordon a node and evict its pods. RefusedError while another operator works; MachineError for pods that are left
    at the deadline."""
    nodes = [machine.name for machine in session.design.nodes]
    if name in {machine.name for machine in session.design.machines} - set(nodes):
        raise UsageError(f"{name} is no node: no pods run there", hint=f"nodes: {', '.join(nodes)}")
    if name not in nodes:
        raise UsageError(f"there is no node {name!r} in the file", hint=meant(name, nodes))
    run = new_run(session.state, "drain", session.clock.now())
    owner = Owner.me(run=run.id, command="node drain", clock=session.clock)
    change = Change(
        id=f"{CLUSTER}/drain/drain:{name}",
        host=CLUSTER,
        phase="drain",
        what=f"drain {name}",
        why="asked for",
        risk=Risk.DISRUPTIVE,
    )
    stage = Stage("drain", f"Drain {name}", (Step(change=change, action=DrainNode(name)),))
    with unless_begun(run), FileLock(session.state.path("lock"), owner), session.logged(run.log):
        # The API is needed in any case, and with it the lease; the machines' lock is what an apply holds all the time.
        async with (
            machine_lock(session, owner, needed=False),
            session.api("admin", "break-glass") as clients,
            api_lease(session, clients["break-glass"], owner),
        ):

            async def do(step: Step) -> None:
                del step
                await drain_node(
                    clients["admin"],
                    name,
                    clock=session.clock,
                    progress=session.progress,
                    stop=session.options.interrupt,
                    timeout=timeout,
                )

            with journaled(session, run, command="node drain", planned=[change.id]) as journal:
                await execute(session, journal, stage, again=f"seakeep node drain {name}", handlers={CLUSTER: do})
    return DrainReport(cluster_name=session.design.name, node=name, run_dir=str(run.folder))


def _only(session: Session, *, comes: str = "", goes: str = "") -> None:
    """RefusedError unless exactly this would come and go."""
    known = session.known
    if known is None or not known.whole:
        raise RefusedError(
            "the cluster was never seen whole from this state folder", hint="`seakeep apply` brings it up"
        )
    before = {machine.name for machine in known.machines}
    coming = {machine.name for machine in session.design.machines} - before
    going = {machine.name for machine in session.leaving}
    if comes and comes not in coming:
        raise RefusedError(f"{comes} is part of the cluster already", hint="`seakeep apply` repairs what it lacks")
    if goes and goes not in going:
        raise UsageError(f"{goes} is neither in the file nor part of the cluster", hint=meant(goes, sorted(before)))
    others = sorted((coming | going) - {comes, goes})
    if others:
        raise RefusedError(
            f"the file differs from the cluster in more than this machine: {', '.join(others)}",
            hint="`seakeep plan` shows all of it, and `seakeep apply` does it",
        )
