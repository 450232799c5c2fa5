"""The data of an etcd member is lost.

What: etcd is stopped on one member and its data is put aside, as after the loss of a disk. Why: such a member must
not come back with an empty memory and vote again; the others carry on. Heal: the data goes back and etcd is started:
it catches up.
"""

from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="etcd_data_lost",
    title="The data of an etcd member is lost",
    steady_state="every etcd member follows the leader",
    target="follower",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Stop, and rename."""
    return tuple(
        Shell(
            host=machine.name,
            what="put etcd's data aside",
            script=scripts.lose_etcd(injection.token, injection.design.etcd.data_dir),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Rename back, and start."""
    return tuple(
        Shell(
            host=machine.name,
            what="put etcd's data back",
            script=scripts.find_etcd(injection.token, injection.design.etcd.data_dir),
        )
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The others are a quorum."""
    return predictions.processes_gone(injection, Role.ETCD)
