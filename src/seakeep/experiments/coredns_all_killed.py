"""Every CoreDNS pod is deleted at once.

What: all pods of CoreDNS are deleted with a grace period of 0; new ones are made. Why: until the first of them is ready
no name is found in the cluster: how long that is, is what this measures. Heal: nothing to do: the Deployment makes
others.
"""

from seakeep.experiments.base import AnyAction, Experiment, Injection, Prediction, Radius
from seakeep.experiments.coredns_killed import kill

EXPERIMENT = Experiment(
    id="coredns_all_killed",
    title="Every CoreDNS pod is killed",
    steady_state="every replica of CoreDNS is ready",
    target="dns",
    radius=Radius.CLUSTER,
    seconds=20.0,
)


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Delete all of them."""
    return tuple(kill(machine.name) for machine in injection.targets)


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The Deployment heals it."""
    del injection
    return ()


def predict(injection: Injection) -> Prediction:
    """The API does not depend on DNS; for look-ups nothing is promised."""
    del injection
    return Prediction(
        survives=True,
        why="the control plane uses addresses, not names; look-ups fail until the first new replica is ready",
        write_gap=1.0,
        read_gap=1.0,
        dns_failures=None,
    )
