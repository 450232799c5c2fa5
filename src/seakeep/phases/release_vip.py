"""The VIP leaves a load balancer before anything else happens to it, for one that is ready."""

from collections.abc import Iterator

from seakeep.artifacts import keepalived
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.design.model import Role
from seakeep.engine.model import ReleaseVip, Step
from seakeep.facts import units
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import service

PHASE = Phase("release_vip", "VIP off the load balancers that leave", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each leaving load balancer whose keepalived still runs. First of all, because the others forget it as
    a neighbour soon after."""
    for departure in context.departures:
        machine = departure.machine
        if not machine.has(Role.LOAD_BALANCER) or not departure.installed(context.design.name):
            continue
        assert departure.facts is not None
        state = departure.facts.get(units.FACT).get(service(keepalived.NAME))
        if state is None or state.active == "inactive":
            continue
        change = Change(
            id=f"{CLUSTER}/{PHASE.id}/{machine.name}",
            host=CLUSTER,
            phase=PHASE.id,
            what=f"stop the VIP on {machine.name}",
            why="the load balancer is not in the file any more; another one takes the VIP over",
            risk=Risk.RESTART,
        )
        yield Step(change=change, action=ReleaseVip(machine.name))
