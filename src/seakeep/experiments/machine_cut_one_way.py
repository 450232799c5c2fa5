"""Machines hear nobody, and are heard.

What: nft rules on each target drop what comes in from every machine that is not a target; what it sends still leaves.
SSH is left open. Why: half a connection is worse than none: a holder of the VIP goes on announcing itself, a leader
goes on sending heartbeats and hears no answer. Heal: delete the table that holds the rules.
"""

from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="machine_cut_one_way",
    title="Machines are cut off in one direction",
    steady_state="all machines reach each other",
    target="one",
    radius=Radius.SITE,
    seconds=20.0,
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """One table of rules on each."""
    return tuple(
        Shell(
            host=machine.name,
            what="drop what comes in from the others",
            script=scripts.cut(injection.token, machine, injection.others, outbound=False),
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
    """As if they were gone."""
    return predictions.machines_gone(injection)
