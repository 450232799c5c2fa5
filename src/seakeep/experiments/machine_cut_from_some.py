"""A machine is cut off from some of the others only.

What: nft rules on each target drop everything from and to every second machine of the others, in the order of the
file. SSH is left open. Why: in such a network A reaches B and B reaches C, and A does not reach C: elections that
count on a common view go wrong there. Heal: delete the table that holds the rules.
"""

from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="machine_cut_from_some",
    title="A machine is cut off from some of the others",
    steady_state="all machines reach each other",
    target="one",
    radius=Radius.MACHINE,
    seconds=20.0,
    roles=frozenset({Role.ETCD, Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """One table of rules."""
    return tuple(
        Shell(
            host=machine.name,
            what="drop everything between it and some of the others",
            script=scripts.cut(injection.token, machine, injection.others[::2]),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The table goes."""
    return tuple(
        Shell(host=machine.name, what="delete the rules", script=scripts.uncut(injection.token))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """No worse than if it were gone."""
    return predictions.machines_gone(injection)
