"""The controller manager that leads is killed with SIGKILL.

What: kill -9 to kube-controller-manager on the machine that leads; systemd starts it again. Why: until its lease runs
out nobody replaces pods, ends leases of nodes or hands out addresses. Heal: start it, which is harmless where it
runs.
"""

from seakeep.artifacts import kube_controller_manager
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="controller_manager_leader_killed",
    title="The controller manager that leads is killed",
    steady_state="one controller manager leads",
    target="leader:kube-controller-manager",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(
            host=machine.name,
            what="kill -9 kube-controller-manager",
            script=scripts.kill_unit(kube_controller_manager.NAME),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(
            host=machine.name,
            what="start kube-controller-manager",
            script=scripts.start_unit(kube_controller_manager.NAME),
        )
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """Reads and writes go on."""
    del injection
    return predictions.nothing_notices(
        "the API does not depend on controllers; the next one leads when the lease of 15 s has run out"
    )
