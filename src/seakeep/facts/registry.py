"""All facts, in the order in which they are read."""

from typing import Any

from seakeep.facts import (
    accounts,
    apiserver,
    certificates,
    clock,
    configs,
    contents,
    deprecated_calls,
    disks,
    etcd,
    etcd_data,
    etcd_identity,
    etcd_latency,
    fence,
    files,
    fsync,
    images,
    inventory,
    kubelet_cert,
    leftovers,
    modules,
    network_configs,
    policy_rules,
    ports,
    processes,
    program_modes,
    programs,
    reach,
    roster,
    sysctls,
    system,
    tools,
    units,
    vip,
)
from seakeep.facts.base import Fact

STATE: tuple[Fact[Any], ...] = (
    clock.FACT,
    system.FACT,
    accounts.FACT,
    tools.FACT,
    sysctls.FACT,
    inventory.FACT,
    files.FACT,
    contents.FACT,
    units.FACT,
    programs.FACT,
    program_modes.FACT,
    images.FACT,
    etcd_data.FACT,
    etcd_identity.FACT,
    etcd.FACT,
    leftovers.FACT,
    policy_rules.FACT,
    fence.FACT,
    kubelet_cert.FACT,
)
"""What a plan compares with the design."""

PREFLIGHT: tuple[Fact[Any], ...] = (disks.FACT, ports.FACT, modules.FACT, reach.FACT, fsync.FACT)
"""What is read of a machine on which Seakeep has not installed anything yet."""

HEALTH: tuple[Fact[Any], ...] = (clock.FACT, etcd.FACT, apiserver.FACT, vip.FACT, kubelet_cert.FACT)
"""What `status` reads."""

CERTIFICATES: tuple[Fact[Any], ...] = (certificates.FACT,)
"""What `certs list` reads."""

AUDIT: tuple[Fact[Any], ...] = (
    *HEALTH,
    files.FACT,
    processes.FACT,
    configs.FACT,
    network_configs.FACT,
    etcd_latency.FACT,
    certificates.FACT,
    deprecated_calls.FACT,
)
"""What `check --live` reads."""

RECORD: tuple[Fact[Any], ...] = (roster.FACT,)
"""What is read of control-plane machines where the roster of the state folder is gone or another one."""

FACTS: tuple[Fact[Any], ...] = tuple(dict.fromkeys((*STATE, *PREFLIGHT, *AUDIT, *CERTIFICATES, *RECORD)))
"""Each fact once."""
