"""API servers, controller managers and schedulers, one machine at a time once they run."""

from collections.abc import Iterator

from seakeep.artifacts import kube_apiserver, kube_controller_manager, kube_scheduler
from seakeep.design.model import Role
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps

PHASE = Phase("control_plane", "API servers, controller managers, schedulers", "machine")
ARTIFACTS = (
    kube_apiserver,
    kube_controller_manager,
    kube_scheduler,
)
SERIAL = "kube-apiserver"


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every machine with the role, in the order of the file."""
    for machine in context.with_role(Role.CONTROL_PLANE):
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=SERIAL)
