"""keepalived is killed on the machine that holds the VIP.

What: kill -9 to keepalived where the virtual address is, which stays on the interface; systemd starts it again. Why:
for a moment two machines hold the address, and neighbours have to learn which one answers. Heal: start it, which is
harmless where it runs.
"""

from seakeep.artifacts import keepalived
from seakeep.design.model import Role
from seakeep.experiments import predictions, scripts
from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius, Shell

EXPERIMENT = Experiment(
    id="keepalived_killed",
    title="keepalived of the VIP's holder is killed",
    steady_state="the VIP is held by one machine",
    target="vip-holder",
    radius=Radius.PROCESS,
    seconds=20.0,
    roles=frozenset({Role.LOAD_BALANCER}),
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """SIGKILL."""
    return tuple(
        Shell(host=machine.name, what="kill -9 keepalived", script=scripts.kill_unit(keepalived.NAME))
        for machine in injection.targets
    )


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """Start it where it does not run."""
    return tuple(
        Shell(host=machine.name, what="start keepalived", script=scripts.start_unit(keepalived.NAME))
        for machine in injection.targets
    )


def predict(injection: Injection) -> Prediction:
    """Another one takes the address, or this one does again."""
    return predictions.processes_gone(injection, Role.LOAD_BALANCER)
