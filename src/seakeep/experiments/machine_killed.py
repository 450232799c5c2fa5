"""Machines lose their power, and get it back.

What: the power is cut without warning and given back when the time is over. Why: what was not flushed to a disk is
gone, connections end without a packet, and everything has to start again by itself in the right order. Heal: power on,
then wait for the machine to answer.
"""

from seakeep.experiments import predictions
from seakeep.experiments.base import AnyAction, Experiment, Injection, Power, Prediction, Radius

EXPERIMENT = Experiment(
    id="machine_killed",
    title="Machines lose their power and get it back",
    steady_state="every machine is up and does what its roles say",
    target="one",
    radius=Radius.SITE,
    seconds=30.0,
    needs="power",
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Off."""
    return tuple(Power(host=machine.name, what="cut the power", on=False) for machine in injection.targets)


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """On."""
    return tuple(Power(host=machine.name, what="power on", on=True) for machine in injection.targets)


def predict(injection: Injection) -> Prediction:
    """What the design survives."""
    return predictions.machines_gone(injection)
