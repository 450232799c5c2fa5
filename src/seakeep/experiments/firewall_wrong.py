"""A wrong firewall rule closes the API's port on one machine.

What: an nft rule drops what comes in for the API server's port on one control-plane machine; everything else goes on.
Why: the commonest mistake there is: the machine is well by every other measure, and only a check of that port sees
it. Heal: delete the table that holds the rule.
"""

from seakeep.artifacts import kube_apiserver
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="firewall_wrong",
    title="A wrong firewall rule closes the API's port",
    steady_state="every API server is reached by the load balancers",
    target="one",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """One rule."""
    return tuple(
        Shell(
            host=machine.name,
            what="drop what comes in for the API server",
            script=scripts.close_port(injection.token, kube_apiserver.PORT),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The table goes."""
    return tuple(
        Shell(host=machine.name, what="delete the rule", script=scripts.uncut(injection.token))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The load balancers leave it."""
    return predictions.processes_gone(injection, Role.CONTROL_PLANE)
