"""Node objects, made before their kubelets arrive: so the pod range, labels and taints are those of the design
from the first moment, and no kubelet has to be trusted to choose its own."""

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.objects import kube_object
from seakeep.core.json import Json
from seakeep.design.model import Design, Machine, Taint

TAINTS = "seakeep.io/taints"
"""The annotation with the taints that Seakeep put on the node. The API treats a node's taints as one value, so that
its own record of who applied what cannot tell ours from those of others."""


def written(taint: Taint) -> str:
    """The taint in kubectl's form: key=value:effect, or key:effect."""
    return f"{taint.key}={taint.value}:{taint.effect}" if taint.value else f"{taint.key}:{taint.effect}"


def render(design: Design) -> tuple[KubeObject, ...]:
    """One for each node."""
    return tuple(_node(machine) for machine in design.nodes)


def _node(machine: Machine) -> KubeObject:
    cidr = str(machine.pod_cidr)
    spec: dict[str, Json] = {"podCIDR": cidr, "podCIDRs": [cidr]}
    if machine.taints:
        spec["taints"] = [
            {"key": taint.key, "effect": taint.effect, **({"value": taint.value} if taint.value else {})}
            for taint in machine.taints
        ]
    # flanneld 0.28 writes its annotations into the node's map and crashes where there is none.
    return kube_object(
        "v1",
        "Node",
        machine.name,
        labels=dict(machine.labels),
        annotations={"seakeep.io/site": machine.site, TAINTS: ",".join(map(written, machine.taints))},
        spec=spec,
    )
