"""HAProxy is killed on the machine that holds the VIP.

What: kill -9 to HAProxy where the virtual address is; systemd starts it again after a second. Why: every connection
to the API is cut, and the address has to move only if it stays away. Heal: start it, which is harmless where it runs.
"""

from seakeep.artifacts import haproxy
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="haproxy_killed",
    title="HAProxy of the VIP's holder is killed",
    steady_state="the VIP leads to a ready API server",
    target="vip-holder",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.LOAD_BALANCER}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 haproxy", script=scripts.kill_unit(haproxy.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start haproxy", script=scripts.start_unit(haproxy.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """It comes back, or the address moves."""
    return predictions.processes_gone(injection, Role.LOAD_BALANCER)
