"""An API server hangs: it accepts connections and never answers.

What: SIGSTOP to kube-apiserver on one machine; the kernel goes on accepting connections for it. Why: a check that
only connects sees nothing wrong; only one that waits for an answer takes it out. Heal: SIGCONT, which is harmless to
what runs.
"""

from seakeep.artifacts import kube_apiserver
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="apiserver_hung",
    title="An API server hangs",
    steady_state="every API server is ready, and the load balancers send it requests",
    target="one",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGSTOP."""
    return tuple(
        Shell(host=machine.name, what="SIGSTOP kube-apiserver", script=scripts.pause_unit(kube_apiserver.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGCONT, which is harmless to what runs."""
    return tuple(
        Shell(host=machine.name, what="SIGCONT kube-apiserver", script=scripts.resume_unit(kube_apiserver.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The load balancers leave it when its checks have run out of time."""
    return predictions.processes_gone(injection, Role.CONTROL_PLANE)
