"""Machines are cut off from all others; the operator still reaches them.

What: nft rules on each target drop every packet from and to every machine that is not a target, standing connections
and ARP included. SSH is left open. Why: a broken switch or a wrong firewall rule; unlike a dead machine, what runs on
one that is cut off still believes that it leads, holds the VIP or is ready. Heal: delete the tables that hold the
rules.
"""

from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="machine_cut_off",
    title="Machines are cut off from the others",
    steady_state="all machines reach each other",
    target="one",
    radius=Radius.SITE,
    seconds=30.0,
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Rules on the targets themselves, so that a timer there can take them away."""
    return tuple(
        Shell(
            host=machine.name,
            what="drop all packets from and to other machines",
            script=scripts.cut(injection.token, machine, injection.others)
            + scripts.cut_arp(injection.token, machine, injection.others, injection.design.endpoint.vip),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Take the rules away."""
    return tuple(
        Shell(host=machine.name, what="take the rules away", script=scripts.uncut(injection.token))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """As if they were gone: nobody outside hears of them."""
    return predictions.machines_gone(injection)
