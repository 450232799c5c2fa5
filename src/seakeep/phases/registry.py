"""All phases, in the order of doing."""

from types import ModuleType

from seakeep.phases import (
    access,
    binaries,
    control_plane,
    dns,
    etcd,
    images,
    kernel,
    keys,
    load_balancer,
    network,
    node,
    nodes,
    ownership,
    packages,
    prune_machines,
    prune_objects,
    runtime,
    trust,
)

PHASES: tuple[ModuleType, ...] = (
    keys,
    ownership,
    packages,
    kernel,
    binaries,
    trust,
    etcd,
    load_balancer,
    control_plane,
    runtime,
    node,
    prune_machines,
    images,
    access,
    nodes,
    network,
    dns,
    prune_objects,
)
