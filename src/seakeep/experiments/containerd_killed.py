"""containerd is killed with SIGKILL on one node.

What: kill -9 to containerd; systemd starts it again after a second. Its shims and the containers go on. Why:
containers must outlive their runtime: a restart of it must not be a restart of the node. Heal: start it, which is
harmless where it runs.
"""

from seakeep.artifacts import containerd
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="containerd_killed",
    title="containerd is killed on one node",
    steady_state="every node is ready",
    target="one",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE, Role.WORKER}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 containerd", script=scripts.kill_main(containerd.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start containerd", script=scripts.start_unit(containerd.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """Containers go on."""
    del injection
    return predictions.nothing_notices("containers are children of their shims, not of containerd")
