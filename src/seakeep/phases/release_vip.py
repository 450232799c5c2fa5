"""The VIP leaves a load balancer before anything else happens to it, for one that is ready."""

from collections.abc import Iterator

from seakeep.artifacts import keepalived
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.design.model import Role
from seakeep.engine.model import AwaitVip, ReleaseVip, Step
from seakeep.facts import units
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import service

PHASE = Phase("release_vip", "VIP off the load balancers that leave", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each leaving load balancer whose keepalived still runs, or that does not answer. Before the others
    forget it as a neighbour; the fence stands by then, so that one that does not answer has given up what it held."""
    for departure in context.departures:
        machine = departure.machine
        if not machine.has(Role.LOAD_BALANCER) or context.design.endpoint.vip is None:
            continue
        if departure.facts is None:
            # In a bring-up nobody holds it yet.
            if context.known is not None and context.known.whole:
                yield _step(
                    machine.name,
                    AwaitVip(machine.name),
                    f"wait until {machine.name} cannot hold the VIP",
                    "it does not answer, and may be alive; a load balancer that stays has to hold it",
                )
            continue
        if not departure.installed(context.design.name):
            continue
        state = departure.facts.get(units.FACT).get(service(keepalived.NAME))
        if state is None or state.active == "inactive":
            continue
        yield _step(
            machine.name,
            ReleaseVip(machine.name),
            f"stop the VIP on {machine.name}",
            "the load balancer is not in the file any more; another one takes the VIP over",
        )


def _step(name: str, action: AwaitVip | ReleaseVip, what: str, why: str) -> Step:
    change = Change(
        id=f"{CLUSTER}/{PHASE.id}/{name}", host=CLUSTER, phase=PHASE.id, what=what, why=why, risk=Risk.RESTART
    )
    return Step(change=change, action=action)
