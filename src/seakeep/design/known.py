"""What a living cluster is known to be made of, and how a design differs from it. Pure."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from ipaddress import IPv4Network

from seakeep.design import pki
from seakeep.design.model import Design, Fence, Machine, Role, SshAccess
from seakeep.spec.model import PkiSpec
from seakeep.versions.model import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """`machines` are those of the last apply that came to its end; none before the first one did. `begun` are those
    that a run since then has started on: they may hold something, and nothing relies on them yet. `kubernetes` has no
    leading v. `serial` counts what was ever known of this cluster: of two copies the higher one is the newer.
    `fences` are those that stand. `upgrade` is the newer Kubernetes that a run since then was to bring: control-plane
    machines may run it already; '' while no upgrade is under way."""

    kubernetes: str
    pod_range: IPv4Network
    service_range: IPv4Network
    node_prefix: int
    machines: tuple[Machine, ...] = ()
    begun: tuple[Machine, ...] = ()
    serial: int = 0
    fences: tuple[Fence, ...] = ()
    upgrade: str = ""

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


def begun(known: Known | None, design: Design) -> Known:
    """What is known while a run touches the design's machines. Fences that the design puts up or takes down count from
    the beginning: whoever goes on after a crash has to put the same ones up. An upgrade, too, is on record before the
    first machine gets it; one that no machine has got may be taken back, and is forgotten then."""
    before = known or known_of(design)
    names = {machine.name for machine in before.all}
    new = tuple(machine for machine in design.machines if machine.name not in names)
    old, wanted = before.kubernetes, design.release.kubernetes
    upgrade = wanted if before.whole and Version.parse(wanted) > Version.parse(old) else ""
    if not new and before.fences == design.fences and before.upgrade == upgrade:
        return before
    return replace(before, begun=(*before.begun, *new), fences=design.fences, upgrade=upgrade, serial=before.serial + 1)


def finished(known: Known | None, design: Design, *, without: Collection[str] = ()) -> Known:
    """What is known when the cluster is whole, and made of exactly the design's machines. Of those that were gone on
    `without`, only the ones that were part of it before; as they were then."""
    machines: list[Machine] = []
    for machine in design.machines:
        before = known.machine(machine.name) if known else None
        if machine.name not in without:
            machines.append(machine)
        elif before is not None:
            machines.append(before)
    last = begun(known, design)
    made = replace(known_of(design, machines=tuple(machines)), serial=last.serial, fences=last.fences)
    return made if shared(made) == shared(last) else replace(made, serial=last.serial + 1)


def shared(known: Known) -> Known:
    """What of it is the cluster's: the same for every operator. How one logs in is the operator's own, and labels and
    taints are the file's alone."""
    return replace(known, machines=tuple(map(_shared, known.machines)), begun=tuple(map(_shared, known.begun)))


def _shared(machine: Machine) -> Machine:
    return replace(machine, ssh=SshAccess(user="", port=machine.ssh.port, key=None), labels=(), taints=())


def own(known: Known, design: Design) -> Known:
    """`shared` as it is for the operator of this file. Machines that are in no file are reached as its first one is,
    at their own port."""
    named = {machine.name: machine for machine in design.machines}

    def one(machine: Machine) -> Machine:
        if (listed := named.get(machine.name)) is not None:
            return replace(machine, ssh=listed.ssh, labels=listed.labels, taints=listed.taints)
        return replace(machine, ssh=replace(design.machines[0].ssh, port=machine.ssh.port))

    return replace(known, machines=tuple(map(one, known.machines)), begun=tuple(map(one, known.begun)))


def newest(ours: Known | None, theirs: Known) -> Known | None:
    """What follows from what a state folder knows and what the cluster itself has kept; None where the folder's is the
    newer. What the folder alone has begun may hold something, and is not forgotten; where neither is newer, that is
    all that only it knows of."""
    if ours is None:
        return theirs
    if theirs.serial < ours.serial:
        return None
    names = {machine.name for machine in theirs.all}
    blocks = {machine.pod_cidr for machine in theirs.all}
    more = (
        # Its block of pod addresses may have been given to another one since.
        replace(machine, pod_cidr=None) if machine.pod_cidr in blocks else machine
        for machine in (ours.all if theirs.serial == ours.serial else ours.begun)
        if machine.name not in names
    )
    fences = (each for each in ours.fences if theirs.serial == ours.serial and each not in theirs.fences)
    upgrade = theirs.upgrade or (ours.upgrade if theirs.serial == ours.serial else "")
    return replace(theirs, begun=(*theirs.begun, *more), fences=(*theirs.fences, *fences), upgrade=upgrade)


def differences(before: Known | None, after: Known) -> str:
    """For people: what the newer one says otherwise."""
    old = {machine.name: machine for machine in shared(before).machines} if before is not None else {}
    new = {machine.name: machine for machine in shared(after).machines}
    started = {machine.name for machine in before.begun} if before is not None else set()
    told = (
        ("new", [name for name in new if name not in old]),
        ("gone", [name for name in old if name not in new]),
        ("changed", [name for name in new if name in old and new[name] != old[name]]),
        ("begun", [machine.name for machine in after.begun if machine.name not in started]),
    )
    said = [f"{word}: {', '.join(names)}" for word, names in told if names]
    if fenced := fence_differences(before.fences if before is not None else (), after.fences):
        said.append(fenced)
    if before is not None and before.kubernetes != after.kubernetes:
        said.append(f"Kubernetes {before.kubernetes} became {after.kubernetes}")
    if after.upgrade and (before is None or before.upgrade != after.upgrade):
        said.append(f"an upgrade to Kubernetes {after.upgrade} was begun")
    return "; ".join(said)


def fence_differences(before: Collection[Fence], after: Collection[Fence]) -> str:
    """For people: which fences are put up, and which are taken down."""
    up = [str(each) for each in after if each not in before]
    down = [str(each) for each in before if each not in after]
    return "; ".join(
        f"{word}: {', '.join(some)}" for word, some in (("fenced", up), ("not fenced any more", down)) if some
    )


FENCED = frozenset({Role.LOAD_BALANCER, Role.CONTROL_PLANE})
"""What a machine does that is fenced when it is taken out while it does not answer. A load balancer that comes back, or
was only cut off from the operator, claims the VIP, because the others do not know it any more. An API server that comes
back is good enough for such a load balancer, and goes on writing to etcd. Others cannot do harm: etcd itself shuts a
removed member out, and a kubelet gets no Node."""


def fenced(design: Design, silent: Iterable[Machine], today: date) -> Design:
    """The design with a fence around each of these machines that has to be kept away, and has none yet."""
    stand = {(each.name, each.address) for each in design.fences}
    new = [
        Fence(machine.name, machine.address, today)
        for machine in silent
        if machine.roles & FENCED and (machine.name, machine.address) not in stand
    ]
    return replace(design, fences=(*design.fences, *new)) if new else design


def standing(known: Known | None, machines: Iterable[Machine], ended: Collection[str] = ()) -> tuple[Fence, ...]:
    """The fences that still stand: not those at an address that one of these machines has, nor those that were ended,
    by name or address."""
    taken = {machine.address for machine in machines}
    return tuple(
        each
        for each in (known.fences if known is not None else ())
        if each.address not in taken and not {each.name, str(each.address)} & set(ended)
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
