"""kubelet and kube-proxy on every node, the control-plane machines included."""

from collections.abc import Iterator

from seakeep.artifacts import kube_proxy, kubelet
from seakeep.engine.model import Step
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.machine_files import steps

PHASE = Phase("node", "Nodes", "machine")
ARTIFACTS = (kubelet, kube_proxy)


def plan(context: PlanContext) -> Iterator[Step]:
    """Drift of every node. Pods outlive a restart of the kubelet, so that nodes go side by side."""
    for machine in context.design.nodes:
        yield from steps(context, PHASE.id, ARTIFACTS, machine, serial=None)
