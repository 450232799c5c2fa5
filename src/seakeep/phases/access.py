"""Who may do what, and that only Seakeep makes nodes: what everything after this uses. Made with break-glass."""

from collections.abc import Iterator

from seakeep.artifacts import node_registration, rbac
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.objects import steps

PHASE = Phase("access", "Access rules", "cluster")


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of the roles, bindings and the policy."""
    wanted = (*rbac.render(context.design), *node_registration.render(context.design))
    yield from steps(context, PHASE.id, wanted, identity="break-glass")
