"""What the cluster is made of, kept with the cluster: last of all, when machines that leave have left."""

from collections.abc import Iterator

from seakeep.design.known import finished
from seakeep.engine.model import Step
from seakeep.phases import kept
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("record", "What the cluster is made of, on record", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each control-plane machine that has no copy, or another one. Machines that are gone on without stay as
    they were."""
    absent = {machine.name for machine in context.design.machines} - context.facts.keys()
    yield from kept.steps(context, PHASE.id, finished(context.known, context.design, without=absent))
