"""The disk of an etcd member is slow.

What: systemd limits etcd to a few writes a second on its device. It can be had with cgroup version 2 only: version 1
limits no write that goes through the page cache, and the kernel of a lab may lack dm-delay. Why: a slow disk delays
heartbeats; a leader on one is elected again and again. Heal: the limit is taken away.
"""

from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="etcd_disk_slow",
    title="The disk of an etcd member is slow",
    steady_state="every etcd member follows the leader",
    target="follower",
    radius=Radius.PROCESS,
    seconds=30.0,
    roles=frozenset({Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """A limit of writes a second."""
    return tuple(
        Shell(host=machine.name, what="limit etcd's writes", script=scripts.slow_etcd(injection.design.etcd.data_dir))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """No limit."""
    return tuple(
        Shell(host=machine.name, what="take the limit away", script=scripts.unslow_etcd())
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The others are a quorum."""
    return predictions.processes_gone(injection, Role.ETCD)
