"""The scheduler that leads is killed with SIGKILL.

What: kill -9 to kube-scheduler on the machine that leads; systemd starts it again. Why: until its lease runs out no
pod gets a node; two that lead at once would give one pod two. Heal: start it, which is harmless where it runs.
"""

from seakeep.artifacts import kube_scheduler
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="scheduler_leader_killed",
    title="The scheduler that leads is killed",
    steady_state="one scheduler leads",
    target="leader:kube-scheduler",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 kube-scheduler", script=scripts.kill_unit(kube_scheduler.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start kube-scheduler", script=scripts.start_unit(kube_scheduler.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """Reads and writes go on."""
    del injection
    return predictions.nothing_notices(
        "the API does not depend on the scheduler; the next one leads when the lease of 15 s has run out"
    )
