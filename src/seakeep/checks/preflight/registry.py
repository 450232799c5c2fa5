"""The preflight checks, in the order of their ids."""

from types import ModuleType

from seakeep.checks.preflight import (
    address_on_interface,
    cgroups,
    clock_skew,
    cores_and_memory,
    disk_space,
    etcd_disk,
    etcd_membership,
    foreign_installation,
    kernel_features,
    machines_reach_each_other,
    operating_system,
    operator_clock,
    ports_free,
    reachable,
    tenants_fit,
    unique_identity,
)

CHECKS: tuple[ModuleType, ...] = (
    reachable,
    operating_system,
    cores_and_memory,
    disk_space,
    cgroups,
    clock_skew,
    unique_identity,
    ports_free,
    kernel_features,
    machines_reach_each_other,
    etcd_disk,
    foreign_installation,
    address_on_interface,
    etcd_membership,
    tenants_fit,
    operator_clock,
)
