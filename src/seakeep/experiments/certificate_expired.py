"""The serving certificate of an API server has ended.

What: the certificate and key of one API server are replaced by a pair that ended in 2020; it takes them up by itself.
Why: the day comes when somebody forgot: balancers that verify must leave this server, and nobody must be sent to it.
Heal: the pair that was there goes back; it is taken up by itself.
"""

from seakeep.artifacts.common import PKI
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="certificate_expired",
    title="The serving certificate of an API server has ended",
    steady_state="every API server shows a certificate that is valid",
    target="one",
    radius=Radius.PROCESS,
    seconds=30.0,
    roles=frozenset({Role.CONTROL_PLANE}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Another pair under the same names."""
    return tuple(
        Shell(
            host=machine.name,
            what="replace the serving certificate",
            script=scripts.expire(injection.token, f"{PKI}/apiserver"),
        )
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The old pair."""
    return tuple(
        Shell(
            host=machine.name,
            what="put the certificate back",
            script=scripts.unexpire(injection.token, f"{PKI}/apiserver"),
        )
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """The load balancers leave it."""
    return predictions.processes_gone(injection, Role.CONTROL_PLANE)
