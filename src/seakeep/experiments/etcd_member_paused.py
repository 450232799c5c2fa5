"""An etcd member that follows is frozen.

What: SIGSTOP to etcd on a member that does not lead; its connections stay open and nothing is answered. Why: a member
on a stalled disk looks like this; API servers that talk to it wait for their time limits, not for an error. Heal:
SIGCONT, which is harmless to what runs.
"""

from seakeep.artifacts import etcd
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="etcd_member_paused",
    title="An etcd member is frozen",
    steady_state="every etcd member follows the leader",
    target="follower",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGSTOP."""
    return tuple(
        Shell(host=machine.name, what="SIGSTOP etcd", script=scripts.pause_unit(etcd.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGCONT, which is harmless to what runs."""
    return tuple(
        Shell(host=machine.name, what="SIGCONT etcd", script=scripts.resume_unit(etcd.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The others are a quorum."""
    return predictions.frozen(predictions.processes_gone(injection, Role.ETCD), injection)
