"""The clusters whose artifacts are compared with golden files."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from ipaddress import IPv4Address
from pathlib import Path

from seakeep.design.complete import complete
from seakeep.design.model import Design, Fence, Machine
from seakeep.design.traits import Traits
from seakeep.spec.load import load

EXAMPLES = Path(__file__).parents[2] / "examples"

NESTED = Traits(cgroup_version=1, nested=True, seccomp=False, cores=2, memory_mb=24576)
"""A machine made of a container, on the kind of host that `docs` names as the most restricted."""

REAL = Traits(
    cgroup_version=2,
    interface="enp1s0",
    cores=8,
    memory_mb=32768,
    resolv_conf="/run/systemd/resolve/resolv.conf",
)


@dataclass(frozen=True)
class Scenario:
    """A file under examples/ on one kind of machine."""

    name: str
    example: str
    traits: Traits
    enforcer: str | None = None

    def design(self) -> Design:
        return _design(self.example, self.enforcer)

    def machines(self) -> tuple[Machine, ...]:
        """One for each mix of roles and taints: the others differ in names and addresses only."""
        chosen: dict[object, Machine] = {}
        for machine in self.design().machines:
            chosen.setdefault((machine.roles, machine.taints), machine)
        return tuple(chosen.values())


SCENARIOS = (
    Scenario("three-sites", "three-sites", NESTED),
    Scenario("stacked-real", "ssh", REAL),
    Scenario("single-real", "single", REAL),
    Scenario("single-nested", "single", NESTED),
)

TENANTS = Scenario("tenants", "tenants", NESTED, enforcer="kube-router")
"""Only what it has more than `single-nested`, with an enforcer of network policies: TENANTS_OWN."""

TENANTS_OWN = ("kube-router", "tenants")


FENCES = (
    Fence("x-lb9", IPv4Address("10.77.9.31"), date(2026, 11, 26)),
    Fence("x-cp9", IPv4Address("10.77.9.21"), date(2026, 11, 26)),
)
"""Nothing but the fence itself depends on them."""


@cache
def _design(example: str, enforcer: str | None) -> Design:
    design = complete(load(EXAMPLES / f"{example}.yaml"))
    return replace(design, network=replace(design.network, policy_enforcer=enforcer), fences=FENCES)
