"""Every artifact, in the order in which a machine gets them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from seakeep.artifacts import (
    cluster_ca,
    cni,
    containerd,
    coredns,
    etcd,
    fence,
    flannel,
    haproxy,
    keepalived,
    kernel,
    kube_apiserver,
    kube_controller_manager,
    kube_proxy,
    kube_router,
    kube_scheduler,
    kubelet,
    node_registration,
    nodes,
    ownership,
    rbac,
    tenants,
)
from seakeep.artifacts.base import KubeObject, MachineFiles
from seakeep.design.model import Design, Machine, Role
from seakeep.design.traits import Traits

Render = Callable[[Design, Machine, Traits], MachineFiles]


@dataclass(frozen=True, slots=True)
class MachineArtifact:
    """Files of one concern, for the machines that have one of the roles."""

    id: str
    render: Render
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class ApiArtifact:
    """Objects of one concern."""

    id: str
    render: Callable[[Design], tuple[KubeObject, ...]]


_ALL = frozenset(Role)
_ETCD = frozenset({Role.ETCD})
_CONTROL_PLANE = frozenset({Role.CONTROL_PLANE})
_BALANCER = frozenset({Role.LOAD_BALANCER})
_NODE = frozenset({Role.CONTROL_PLANE, Role.WORKER})

MACHINE: tuple[MachineArtifact, ...] = (
    MachineArtifact("ownership", ownership.render, _ALL),
    MachineArtifact("kernel", kernel.render, _ALL),
    MachineArtifact("fence", fence.render, fence.ROLES),
    MachineArtifact("etcd", etcd.render, _ETCD),
    MachineArtifact("cluster-ca", cluster_ca.render, _NODE),
    MachineArtifact("kube-apiserver", kube_apiserver.render, _CONTROL_PLANE),
    MachineArtifact("kube-controller-manager", kube_controller_manager.render, _CONTROL_PLANE),
    MachineArtifact("kube-scheduler", kube_scheduler.render, _CONTROL_PLANE),
    MachineArtifact("haproxy", haproxy.render, _BALANCER),
    MachineArtifact("keepalived", keepalived.render, _BALANCER),
    MachineArtifact("cni", cni.render, _NODE),
    MachineArtifact("containerd", containerd.render, _NODE),
    MachineArtifact("kubelet", kubelet.render, _NODE),
    MachineArtifact("kube-proxy", kube_proxy.render, _NODE),
)

API: tuple[ApiArtifact, ...] = (
    ApiArtifact("rbac", rbac.render),
    ApiArtifact("node-registration", node_registration.render),
    ApiArtifact("nodes", nodes.render),
    ApiArtifact("flannel", flannel.render),
    ApiArtifact("kube-router", kube_router.render),
    ApiArtifact("coredns", coredns.render),
    ApiArtifact("tenants", tenants.render),
)


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """Stands for one object: comparing designs field by field costs more than rendering."""

    value: object

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@lru_cache(maxsize=32768)
def _once(render: Render, design: _Same, machine: _Same, traits: Traits) -> MachineFiles:
    assert isinstance(design.value, Design)
    assert isinstance(machine.value, Machine)
    return render(design.value, machine.value, traits)


def render_part(render: Render, design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """What one artifact puts on one machine. A plan asks for it about ten times; it is rendered once."""
    return _once(render, _Same(design), _Same(machine), traits)


def render_machine(design: Design, machine: Machine, traits: Traits) -> MachineFiles:
    """Everything that Seakeep puts on one machine. No path occurs twice."""
    parts = [
        render_part(artifact.render, design, machine, traits) for artifact in MACHINE if artifact.roles & machine.roles
    ]
    return MachineFiles(
        dirs=tuple(item for part in parts for item in part.dirs),
        files=tuple(item for part in parts for item in part.files),
        units=tuple(item for part in parts for item in part.units),
        users=tuple(item for part in parts for item in part.users),
        links=tuple(item for part in parts for item in part.links),
    )


def render_objects(design: Design) -> tuple[KubeObject, ...]:
    """Every object that Seakeep owns in the API, in the order in which they are applied."""
    return tuple(item for artifact in API for item in artifact.render(design))
