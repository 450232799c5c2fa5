"""An API server is killed with SIGKILL.

What: kill -9 to kube-apiserver on one control-plane machine; systemd starts it again after a second. Why: its clients
lose their connections without a word, and the load balancers have to find out by themselves. Heal: start it, which is
harmless where it runs.
"""

from seakeep.artifacts import kube_apiserver
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="apiserver_killed",
    title="An API server is killed with SIGKILL",
    steady_state="every API server is ready, and the load balancers send it requests",
    target="one",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 kube-apiserver", script=scripts.kill_unit(kube_apiserver.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start kube-apiserver", script=scripts.start_unit(kube_apiserver.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The others serve."""
    return predictions.processes_gone(injection, Role.CONTROL_PLANE)
