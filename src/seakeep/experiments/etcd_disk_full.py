"""The disk of an etcd member is full.

What: etcd's data is moved to a file system in memory that has no room to grow, and etcd is started on it. Why: a
member whose disk is full ends or raises an alarm; the others must not, and nothing acknowledged may be lost. Heal:
the data goes back to the disk, with what was written meanwhile, and etcd is started.
"""

from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="etcd_disk_full",
    title="The disk of an etcd member is full",
    steady_state="every etcd member follows the leader",
    target="follower",
    radius=Radius.PROCESS,
    seconds=30.0,
    roles=frozenset({Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """A small file system over the data."""
    return tuple(
        Shell(
            host=machine.name,
            what="leave etcd no room",
            script=scripts.fill_etcd(injection.token, injection.design.etcd.data_dir),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The disk again."""
    return tuple(
        Shell(
            host=machine.name,
            what="give etcd its disk back",
            script=scripts.unfill_etcd(injection.token, injection.design.etcd.data_dir),
        )
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The others are a quorum."""
    return predictions.processes_gone(injection, Role.ETCD)
