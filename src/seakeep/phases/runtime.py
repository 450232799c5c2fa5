"""containerd and its network configuration."""

from collections.abc import Iterator

from seakeep.artifacts import cni, containerd
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps

PHASE = Phase("runtime", "Container runtime", "machine")
ARTIFACTS = (containerd, cni)


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node."""
    for machine in context.nodes:
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=None)
