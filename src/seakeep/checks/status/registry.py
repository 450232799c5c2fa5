"""The checks of what served objects say about themselves, in the order of their ids."""

from types import ModuleType

from seakeep.checks.status import (
    autoscalers_act,
    balancer_ports,
    jobs_succeed,
    namespaces_active,
    node_pressures,
    node_selectors,
    node_versions,
    policies_enforced,
    replicas_available,
    taints_tolerated,
    volumes_bound,
)

CHECKS: tuple[ModuleType, ...] = (
    node_pressures,
    node_versions,
    namespaces_active,
    volumes_bound,
    replicas_available,
    jobs_succeed,
    balancer_ports,
    node_selectors,
    taints_tolerated,
    policies_enforced,
    autoscalers_act,
)
