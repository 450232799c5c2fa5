"""What a living cluster is known to be made of, and how a design differs from it. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from ipaddress import IPv4Network

from seakeep.design import pki
from seakeep.design.model import Design, Machine, Role
from seakeep.spec.model import PkiSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`machines` are those of the last apply that came to its end; none before the first one did. `begun` are those
    that a run since then has started on: they may hold something, and nothing relies on them yet. `kubernetes` has no
    leading v."""

    kubernetes: str
    pod_range: IPv4Network
    service_range: IPv4Network
    node_prefix: int
    machines: tuple[Machine, ...] = ()
    begun: tuple[Machine, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether the cluster was ever seen whole."""
        return bool(self.machines)

    @property
    def all(self) -> tuple[Machine, ...]:
        """Every machine that may hold something."""
        names = {machine.name for machine in self.machines}
        return (*self.machines, *(machine for machine in self.begun if machine.name not in names))

    def machine(self, name: str) -> Machine | None:
        """The machine of the last whole cluster."""
        return next((machine for machine in self.machines if machine.name == name), None)

    def with_role(self, role: Role) -> tuple[Machine, ...]:
        """The machines of the last whole cluster that had the role."""
        return tuple(machine for machine in self.machines if machine.has(role))


def known_of(design: Design, *, machines: tuple[Machine, ...] = (), begun: tuple[Machine, ...] = ()) -> Known:
    """The design's own ranges and version with these machines."""
    return Known(
        kubernetes=design.release.kubernetes,
        pod_range=design.network.pod_range,
        service_range=design.network.service_range,
        node_prefix=design.network.node_prefix,
        machines=machines,
        begun=begun,
    )


def leaving(known: Known | None, design: Design) -> tuple[Machine, ...]:
    """Machines that were part of the cluster and are not in the design any more."""
    if known is None:
        return ()
    names = {machine.name for machine in design.machines}
    return tuple(machine for machine in known.all if machine.name not in names)


def including(design: Design, others: Iterable[Machine]) -> Design:
    """The design with further machines behind its own, certificates included: what they were once given follows from
    it."""
    names = {machine.name for machine in design.machines}
    machines = (*design.machines, *(machine for machine in others if machine.name not in names))
    if len(machines) == len(design.machines):
        return design
    # Only names follow from it here; how long the certificates of others once lived makes no difference.
    planned = pki.plan(
        cluster=design.name, machines=machines, endpoint=design.endpoint, network=design.network, spec=PkiSpec()
    )
    return replace(design, machines=machines, pki=planned)


def pinned(known: Known | None, pod_range: IPv4Network, prefix: int) -> dict[str, IPv4Network]:
    """node -> the block of pod addresses that it has for life. Blocks that the range cannot hold are left out."""
    if known is None:
        return {}
    return {
        machine.name: machine.pod_cidr
        for machine in known.all
        if machine.pod_cidr is not None
        and machine.pod_cidr.prefixlen == prefix
        and machine.pod_cidr.subnet_of(pod_range)
    }


@dataclass(frozen=True, slots=True)
class Replacing:
    """The user has said that what this machine holds is to be replaced. `member` is the id of the etcd member that it
    was then, '' where it was none: a member with another id is the new one already."""

    name: str
    member: str = ""
