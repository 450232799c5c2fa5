"""The cluster's certificate authority (its public part) on every node, before anything that checks against it."""

from collections.abc import Iterator

from seakeep.artifacts import cluster_ca
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps

PHASE = Phase("trust", "Cluster CA", "machine")
ARTIFACTS = (cluster_ca,)


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node."""
    for machine in context.nodes:
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=None)
