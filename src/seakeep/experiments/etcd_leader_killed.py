"""The etcd member that leads is killed with SIGKILL.

What: kill -9 to etcd on the machine that leads; systemd starts it again after a second. Why: a leader's death is the
shortest time without writes that a cluster can have, and the moment at which acknowledged writes would be lost if a
member did not flush them. Heal: start etcd, which is harmless where it runs.
"""

from seakeep.artifacts import etcd
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="etcd_leader_killed",
    title="etcd's leader is killed with SIGKILL",
    steady_state="etcd has a leader and every member follows it",
    target="leader",
    radius=Radius.PROCESS,
    seconds=15.0,
    roles=frozenset({Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 etcd", script=scripts.kill_unit(etcd.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start etcd", script=scripts.start_unit(etcd.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """An election."""
    return predictions.processes_gone(injection, Role.ETCD)
