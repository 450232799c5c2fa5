"""The same fence on API servers and members of etcd that come, before they are started."""

from collections.abc import Iterator

from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.fence import drift, guards, ready

PHASE = Phase("fence_newcomers", "Machines that are kept away from what comes", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine that could not have it before its packages were there."""
    for machine in guards(context):
        if not ready(context, machine):
            yield from drift(context, PHASE.id, machine)
