"""Quorum, and what remains of a design when machines are lost."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

from seakeep.design.labels import CONTROL_PLANE
from seakeep.design.model import Design, Machine, Role

Scope = Literal["machine", "site", "pair"]


def quorum(members: int) -> int:
    """How many of the members have to agree: the smallest majority."""
    return members // 2 + 1


def spare(members: int) -> int:
    """How many members may be lost while the rest still has quorum."""
    return max(members - quorum(members), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What remains when these machines are gone at once.

    `survives`: etcd has quorum, an API server answers at the endpoint, DNS has a node to run on, and
    workloads have a worker if there was one. `dns_left` counts the replicas that are left at the least, before
    any is started again elsewhere; 0 with `survives` means that DNS comes back by itself after a pause.
    """

    scope: Scope
    name: str
    lost: tuple[str, ...]
    etcd_left: int
    etcd_members: int
    api_left: int
    lb_left: int
    dns_left: int
    workers_left: int
    survives: bool
    reason: str


def survives(design: Design) -> tuple[Loss, ...]:
    """The loss of each machine, of each site (when there are several) and of each pair of machines."""
    losses = _Losses(design)
    made = [losses.of("machine", m.name, (m,)) for m in design.machines]
    if len(design.sites) > 1:
        by_site = {site: tuple(m for m in design.machines if m.site == site) for site in design.sites}
        made += [losses.of("site", site, there) for site, there in by_site.items()]
    made += [losses.of("pair", f"{one.name} + {two.name}", (one, two)) for one, two in combinations(design.machines, 2)]
    return tuple(made)


def loss(design: Design, lost: tuple[Machine, ...]) -> Loss:
    """The loss of just these machines, at once."""
    return replace(_loss(design, lost), name=" + ".join(m.name for m in lost), lost=tuple(m.name for m in lost))


def dns_hosts(machines: Iterable[Machine]) -> tuple[Machine, ...]:
    """The nodes that DNS may run on: it tolerates the control plane's taint and no other that keeps it off."""
    return tuple(
        machine
        for machine in machines
        if machine.is_node and all(t.key == CONTROL_PLANE or t.effect == "PreferNoSchedule" for t in machine.taints)
    )


_Kind = tuple[str, frozenset[Role], bool]


class _Losses:
    """Works out a loss once for machines that are alike, so that pairs of hundreds of workers cost little."""

    def __init__(self, design: Design) -> None:
        self._design = design
        self._known: dict[tuple[_Kind, ...], Loss] = {}

    def of(self, scope: Scope, name: str, lost: tuple[Machine, ...]) -> Loss:
        kinds = tuple(sorted(map(_kind, lost), key=str))
        if kinds not in self._known:
            self._known[kinds] = _loss(self._design, lost)
        return replace(self._known[kinds], scope=scope, name=name, lost=tuple(machine.name for machine in lost))


def _kind(machine: Machine) -> _Kind:
    return machine.site, machine.roles, bool(dns_hosts([machine]))


def _loss(design: Design, lost: tuple[Machine, ...]) -> Loss:
    gone = {machine.name for machine in lost}
    left = tuple(machine for machine in design.machines if machine.name not in gone)

    def count(role: Role) -> int:
        return sum(machine.has(role) for machine in left)

    reasons = tuple(_reasons(design, left))
    dns_left = _dns_left(design, gone)
    reason = "; ".join(reasons)
    if not reasons:
        reason = "everything keeps answering" if dns_left else "DNS pauses until it runs again elsewhere"
    return Loss(
        scope="machine",
        name="",
        lost=(),
        etcd_left=count(Role.ETCD),
        etcd_members=len(design.with_role(Role.ETCD)),
        api_left=count(Role.CONTROL_PLANE),
        lb_left=count(Role.LOAD_BALANCER),
        dns_left=dns_left,
        workers_left=count(Role.WORKER),
        survives=not reasons,
        reason=reason,
    )


def _reasons(design: Design, left: tuple[Machine, ...]) -> Iterator[str]:
    """Why the cluster does not survive; nothing if it does."""
    members = len(design.with_role(Role.ETCD))
    remaining = sum(machine.has(Role.ETCD) for machine in left)
    if remaining < quorum(members):
        yield f"etcd has {remaining} of {members} members left and needs {quorum(members)}"
    if not any(machine.has(Role.CONTROL_PLANE) for machine in left):
        yield "no API server is left"
    if design.endpoint.vip is not None and not any(machine.has(Role.LOAD_BALANCER) for machine in left):
        yield "no load balancer is left to hold the VIP"
    if not dns_hosts(left):
        yield "no node is left that DNS may run on"
    if design.with_role(Role.WORKER) and not any(machine.has(Role.WORKER) for machine in left):
        yield "no worker is left"


def _dns_left(design: Design, gone: set[str]) -> int:
    """The fewest replicas that are left, whichever nodes they were on.

    Replicas are spread over sites as evenly as the sites allow, then over nodes.
    """
    by_site: dict[str, list[Machine]] = {}
    for machine in dns_hosts(design.machines):
        by_site.setdefault(machine.site, []).append(machine)
    if not by_site:
        return 0
    least, more = divmod(design.dns_replicas, len(by_site))
    killed = 0
    further: list[int] = []
    for machines in by_site.values():
        lost = sum(machine.name in gone for machine in machines)
        killed += _killed(least, len(machines), lost)
        further.append(_killed(least + 1, len(machines), lost) - _killed(least, len(machines), lost))
    # Which sites hold one replica more is not known: assume those where it hurts.
    killed += sum(sorted(further, reverse=True)[:more])
    return design.dns_replicas - killed


def _killed(replicas: int, nodes: int, lost: int) -> int:
    """The most replicas on `lost` of a site's nodes, when they are spread evenly over all of them."""
    each, more = divmod(replicas, nodes)
    return each * lost + min(more, lost)
