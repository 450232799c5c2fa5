"""Keys and certificates of machines that left: whoever gets the name next gets new ones."""

from collections.abc import Iterator

from seakeep.core.change import OPERATOR, Change
from seakeep.engine.model import Forget, Step
from seakeep.phases.base import Phase, PlanContext

PHASE = Phase("forget", "Keys of machines that left", "operator")


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each leaving machine that the state folder still holds something of."""
    for departure in context.departures:
        if not departure.keys:
            continue
        name = departure.machine.name
        change = Change(
            id=f"{OPERATOR}/{PHASE.id}/{name}",
            host=OPERATOR,
            phase=PHASE.id,
            what=f"remove the keys of {name}",
            why="its machine is not in the file any more",
            reversible=False,
        )
        yield Step(change=change, action=Forget(departure.keys))
