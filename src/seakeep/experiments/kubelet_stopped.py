"""The kubelet of one node is stopped.

What: systemctl stop kubelet; its containers go on, and its lease is not renewed any more. Why: after the grace time
the node counts as lost and its pods are made again elsewhere, while the old ones still run. Heal: start it, which is
harmless where it runs.
"""

from seakeep.artifacts import kubelet
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="kubelet_stopped",
    title="The kubelet of one node is stopped",
    steady_state="every node is ready",
    target="one",
    radius=Radius.PROCESS,
    seconds=30.0,
    roles=frozenset({Role.WORKER}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Stop it."""
    return tuple(
        Shell(host=machine.name, what="stop kubelet", script=scripts.stop_unit(kubelet.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start kubelet", script=scripts.start_unit(kubelet.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The API goes on; the node is NotReady after the grace time."""
    del injection
    return predictions.nothing_notices(
        "the control plane's programs are no pods, and containers go on without a kubelet"
    )
