"""HAProxy and keepalived, which ask the same question: is an API server ready?"""

from collections.abc import Iterator

from seakeep.artifacts import haproxy, keepalived
from seakeep.design.model import Role
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps
from seakeep.phases.returning import stopped

PHASE = Phase("load_balancer", "Load balancers", "machine")
ARTIFACTS = (
    haproxy,
    keepalived,
)
SERIAL = "load-balancer"


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine with the role, in the order of the file."""
    context = stopped(context)
    for machine in context.with_role(Role.LOAD_BALANCER):
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=SERIAL)
