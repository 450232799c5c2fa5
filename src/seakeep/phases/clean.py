"""Machines that leave: everything of Seakeep off them, once nothing relies on them any more."""

from collections.abc import Iterator

from seakeep.core.change import Change, Risk
from seakeep.engine.model import Script, Step
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("clean", "Machines that leave", "machine")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each that answers and still carries the cluster's mark. One that does not answer is left as it is."""
    for departure in context.departures:
        if not departure.installed(context.design.name):
            continue
        name = departure.machine.name
        change = Change(
            id=f"{name}/{PHASE.id}/machine",
            host=name,
            phase=PHASE.id,
            what="remove everything of Seakeep",
            why="not in the file any more",
            risk=Risk.DISRUPTIVE,
            reversible=False,
        )
        yield Step(change=change, action=Script(departure.script))
