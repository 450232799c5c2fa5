"""Machines are frozen: they keep their connections and answer nothing.

What: SIGSTOP to everything of the cluster that runs on each target: etcd, API server, controllers, balancer, kubelet,
runtime. Why: a machine whose disk or hypervisor stalls is neither dead nor alive; peers wait for time limits, not for
errors. Heal: SIGCONT, which is harmless to what runs.
"""

from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="machine_paused",
    title="Machines are frozen",
    steady_state="every machine answers",
    target="one",
    radius=Radius.MACHINE,
    seconds=20.0,
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGSTOP to what runs."""
    return tuple(
        Shell(host=machine.name, what="SIGSTOP everything of the cluster", script=scripts.pause_cluster_units())
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGCONT."""
    return tuple(
        Shell(host=machine.name, what="SIGCONT everything of the cluster", script=scripts.resume_cluster_units())
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """What the design survives."""
    return predictions.frozen(predictions.machines_gone(injection), injection)
