"""How the health of each serial group is read, and what must remain while one of its machines is down."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from seakeep.core.errors import SeakeepError
from seakeep.design.model import Machine, Role
from seakeep.engine.budget import QuorumGate
from seakeep.engine.model import Gate
from seakeep.facts import apiserver, etcd, vip
from seakeep.facts.base import Fact, FactSet
from seakeep.flows.session import Session
from seakeep.phases import control_plane, load_balancer
from seakeep.phases import etcd as etcd_phase

T = TypeVar("T")

MAX_LAG = 1000
"""Revisions. A member that is further behind than this has not caught up."""

Judge = Callable[[Mapping[str, FactSet]], Mapping[str, str]]


def etcd_health(facts: Mapping[str, FactSet]) -> dict[str, str]:
    """Member -> '' when it serves linearizable reads and has caught up, else what is wrong.

    A linearizable read is answered once the member has applied all that was committed when it was asked: it proves that
    it has caught up. The revisions are compared as well, for a member that stood still between the two questions.
    """
    states = _told(facts, etcd.FACT)
    newest = max((state.revision for state in states.values()), default=0)
    health: dict[str, str] = {}
    for name, state in states.items():
        if not state.serving:
            health[name] = "does not serve"
        elif state.alarms:
            health[name] = "; ".join(state.alarms)
        elif not state.healthy:
            health[name] = "sees no quorum"
        elif newest - state.revision > MAX_LAG:
            health[name] = f"is {newest - state.revision} revisions behind"
        else:
            health[name] = ""
    return health


def api_health(facts: Mapping[str, FactSet]) -> dict[str, str]:
    """Machine -> '' when its API server answers /readyz with 200."""
    return {name: "" if ready else "/readyz is not 200" for name, ready in _told(facts, apiserver.FACT).items()}


def balanced_health(facts: Mapping[str, FactSet]) -> dict[str, str]:
    """Machine -> '' when its API server is ready and gets new connections from every load balancer that tells.

    Between the two lie the load balancers' checks. Without them the next API server would go down while clients still
    find none but that one.
    """
    telling = {name: state for name, state in _told(facts, vip.FACT).items() if state.servers}
    health = api_health(facts)
    for name, wrong in health.items():
        if wrong:
            continue
        if not telling:
            health[name] = "no load balancer tells whether it is used"
        elif outside := sorted(balancer for balancer, state in telling.items() if not state.gives(name)):
            health[name] = f"{', '.join(outside)} does not use it yet"
    return health


def balancer_health(facts: Mapping[str, FactSet]) -> dict[str, str]:
    """Machine -> '' when the API is ready through its own HAProxy and its keepalived may take the VIP."""
    health: dict[str, str] = {}
    for name, state in _told(facts, vip.FACT).items():
        if not state.through_own:
            health[name] = "no ready API server behind it"
        else:
            health[name] = "" if state.vrrp in ("MASTER", "BACKUP") else f"keepalived is {state.vrrp or 'not running'}"
    return health


def _told(facts: Mapping[str, FactSet], fact: Fact[T]) -> dict[str, T]:
    """What each machine says, without those that cannot be understood: they count as not answering."""
    told = {name: found.find(fact) for name, found in facts.items()}
    return {name: value for name, value in told.items() if value is not None}


def reader(
    session: Session, machines: tuple[Machine, ...], fact: object, judge: Judge, *more: object
) -> Callable[[], Awaitable[Mapping[str, str]]]:
    """Reads the facts of all the machines, side by side. A machine that does not answer is left out, and one that the
    user goes on without is not asked."""
    asked = [machine for machine in machines if machine.name not in session.without]

    async def read() -> Mapping[str, str]:
        found, errors = await session.read((fact, *more), asked, timeout=15)  # type: ignore[arg-type]
        if not found and errors:
            raise next(iter(errors.values()))
        return judge(found)

    return read


GROUPS: tuple[tuple[str, Role, object, Judge, int | None], ...] = (
    (etcd_phase.SERIAL, Role.ETCD, etcd.FACT, etcd_health, None),
    (control_plane.SERIAL, Role.CONTROL_PLANE, apiserver.FACT, api_health, 1),
    (load_balancer.SERIAL, Role.LOAD_BALANCER, vip.FACT, balancer_health, 1),
)
"""(group, role, the fact of its health, how that is judged, how many must remain; None is the quorum)."""


def gates(session: Session) -> dict[str, Gate]:
    """Of five etcd members three must remain; of API servers and load balancers one."""
    design = session.design
    readers = {group: reader(session, design.with_role(role), fact, judge) for group, role, fact, judge, _ in GROUPS}
    if balancers := design.with_role(Role.LOAD_BALANCER):
        both = tuple(dict.fromkeys((*design.with_role(Role.CONTROL_PLANE), *balancers)))
        readers[control_plane.SERIAL] = reader(session, both, apiserver.FACT, balanced_health, vip.FACT)
    return {
        group: QuorumGate(
            group,
            [machine.name for machine in design.with_role(role)],
            readers[group],
            clock=session.clock,
            progress=session.progress,
            needed=needed,
            absent=session.without,
        )
        for group, role, _, _, needed in GROUPS
    }


async def all_healthy(session: Session, role: Role, fact: object, judge: Judge) -> str | None:
    """None when every machine with the role is healthy, otherwise who is not and why. Those that the user goes on
    without do not count."""
    machines = tuple(each for each in session.design.with_role(role) if each.name not in session.without)
    if not machines:
        return None
    try:
        health = await reader(session, machines, fact, judge)()
    except SeakeepError as error:
        return error.message
    wrong = {machine.name: health.get(machine.name, "no answer") for machine in machines}
    return "; ".join(f"{name} {reason}" for name, reason in wrong.items() if reason) or None


async def together(*waits: Awaitable[object]) -> None:
    """All of them side by side. The first error ends the others, and is raised by itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for wait in waits:
                group.create_task(_run(wait))
    except BaseExceptionGroup as errors:
        raise _first(errors) from errors


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def _run(wait: Awaitable[object]) -> None:
    await wait
