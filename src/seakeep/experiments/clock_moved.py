"""The clock of a machine is wrong by ten minutes.

What: chrony is stopped and the clock set ten minutes ahead. It cannot be had in containers: they have their host's
clock. Why: certificates are not valid yet or not any more, leases end early, tokens are refused. Heal: the clock goes
back by what it was moved, and chrony is started.
"""

from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="clock_moved",
    title="The clock of a machine is wrong",
    steady_state="all machines agree on what time it is",
    target="one",
    radius=Radius.MACHINE,
    seconds=30.0,
    roles=frozenset({Role.CONTROL_PLANE, Role.ETCD}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Ten minutes."""
    return tuple(
        Shell(host=machine.name, what="set the clock ten minutes ahead", script=scripts.move_clock(injection.token))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Back."""
    return tuple(
        Shell(host=machine.name, what="set the clock right", script=scripts.unmove_clock(injection.token))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """No worse than if it were gone."""
    return predictions.machines_gone(injection)
