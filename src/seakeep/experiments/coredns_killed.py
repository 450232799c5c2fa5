"""The CoreDNS pod of one node is deleted at once.

What: the pod is deleted with a grace period of 0, as Chaos Mesh's pod-kill does; a new one is made. Why: a look-up that
was on its way to it is lost, and the node's rules go on sending to it until its endpoint is gone. Heal: nothing to do:
the Deployment makes another one.
"""

from seakeep.design.quorum import dns_hosts
from seakeep.experiments.base import AnyAction, ApiCall, Experiment, Injection, Prediction, Radius

EXPERIMENT = Experiment(
    id="coredns_killed",
    title="One CoreDNS pod is killed",
    steady_state="every replica of CoreDNS is ready",
    target="dns:one",
    radius=Radius.PROCESS,
    seconds=15.0,
)


def kill(node: str) -> ApiCall:
    """Delete what runs there, without grace."""
    select = f"labelSelector=k8s-app%3Dkube-dns&fieldSelector=spec.nodeName%3D{node}"
    return ApiCall(
        host=node,
        what="delete the CoreDNS pod",
        method="DELETE",
        path=f"/api/v1/namespaces/kube-system/pods?{select}&gracePeriodSeconds=0",
    )


def inject(injection: Injection) -> tuple[AnyAction, ...]:
    """Delete it."""
    return tuple(kill(machine.name) for machine in injection.targets)


def heal(injection: Injection) -> tuple[AnyAction, ...]:
    """The Deployment heals it."""
    del injection
    return ()


def predict(injection: Injection) -> Prediction:
    """The other replicas answer, where there are any."""
    hosts = dns_hosts(injection.design.machines)
    left = min(injection.design.dns_replicas, len(hosts)) - len(injection.targets)
    return Prediction(
        survives=True,
        why=f"{max(left, 0)} of {injection.design.dns_replicas} replicas of CoreDNS are left",
        write_gap=1.0,
        read_gap=1.0,
        dns_failures=0 if left > 0 else None,
    )
