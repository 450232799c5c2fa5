"""Finding out what a living cluster is made of, where neither the state folder nor a control-plane machine knows it.

etcd says who its members are, the API which nodes there are, and both at which addresses; a machine of the file says
whose it is and, by what it lists of itself, which roles it has. A load balancer that is in no file is in none of these.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from urllib.parse import urlsplit

import msgspec

from seakeep.artifacts import etcd as etcd_unit
from seakeep.artifacts import flannel, haproxy, kube_apiserver, kubelet
from seakeep.core.errors import UndecidedError
from seakeep.design.known import Known
from seakeep.design.labels import CONTROL_PLANE
from seakeep.design.model import Design, Machine, Role
from seakeep.facts import etcd, inventory, leftovers
from seakeep.facts.base import FactSet
from seakeep.facts.etcd import Membership
from seakeep.facts.members import membership_of
from seakeep.flows.session import Session
from seakeep.phases.compare import service
from seakeep.transport.api import ApiClient, ApiError, decoded

_FACTS = (leftovers.FACT, inventory.FACT, etcd.FACT)
_UNITS = (
    (Role.ETCD, service(etcd_unit.NAME)),
    (Role.CONTROL_PLANE, service(kube_apiserver.NAME)),
    (Role.LOAD_BALANCER, service(haproxy.NAME)),
)


class _Address(msgspec.Struct):
    type: str
    address: str


class _Meta(msgspec.Struct):
    name: str
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class _Spec(msgspec.Struct, rename={"pod_cidr": "podCIDR"}):
    pod_cidr: str = ""


class _Status(msgspec.Struct):
    addresses: list[_Address] = []


class Node(msgspec.Struct):
    """What is used of a Node object."""

    metadata: _Meta
    spec: _Spec = msgspec.field(default_factory=_Spec)
    status: _Status = msgspec.field(default_factory=_Status)

    @property
    def address(self) -> IPv4Address | None:
        """Where the node is; None for one that never came."""
        found = (each.address for each in self.status.addresses if each.type == "InternalIP")
        return _address(next(found, ""))


class _Nodes(msgspec.Struct):
    items: list[Node]


class _Version(msgspec.Struct, rename="camel"):
    git_version: str


class _Cidrs(msgspec.Struct):
    cidrs: list[str]


class _ServiceCidr(msgspec.Struct):
    spec: _Cidrs


class _ConfigMap(msgspec.Struct):
    data: dict[str, str] = {}


class _NetConf(msgspec.Struct, rename="pascal"):
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """`pod_range` is None where another network than Flannel was chosen: then only the file says it."""

    facts: Mapping[str, FactSet]
    membership: Membership
    nodes: tuple[Node, ...]
    kubernetes: str
    service_range: IPv4Network
    pod_range: IPv4Network | None


async def find_roster(session: Session) -> Known:
    """Ask machines and API. UndecidedError where etcd has no quorum, another SeakeepError where the API does not tell:
    half a roster would let go what nobody remembers."""
    facts, _ = await session.read(_FACTS, session.design.machines)
    membership = membership_of(facts)
    if membership is None:
        raise UndecidedError("no etcd member sees a quorum, so that nobody says who the members are")
    async with session.api("break-glass") as clients:
        seen = await _seen(clients["break-glass"], session.design, facts, membership)
    return roster_of(session.design, seen)


def roster_of(design: Design, seen: Seen) -> Known:
    """The machines of the file that belong to the cluster, in the file's order, then those that only etcd or the API
    know. What does not answer and is neither member nor node may hold something: it counts as begun."""
    nodes = {node.metadata.name: node for node in seen.nodes}
    members = {member.name: _member_address(member.peer_urls) for member in seen.membership.members if member.name}
    taken = {address: name for name, address in members.items() if address is not None}
    taken |= {node.address: name for name, node in nodes.items() if node.address is not None}
    machines: list[Machine] = []
    begun: list[Machine] = []
    for machine in design.machines:
        node, known = nodes.get(machine.name), machine.name in nodes or machine.name in members
        if not known and machine.address in taken:
            continue  # The machine there is part of the cluster under another name.
        found = seen.facts.get(machine.name)
        if found is None and not known:
            begun.append(machine)
        elif known or (found is not None and f"owner:{design.name}" in found.get(leftovers.FACT)):
            at = (node.address if node else None) or members.get(machine.name) or machine.address
            block = _block(node) if node else machine.pod_cidr
            machines.append(replace(machine, address=at, roles=_roles(machine, found), pod_cidr=block))
    names = {machine.name for machine in design.machines}
    machines += _others(design, nodes, members, names)
    blocks = {machine.pod_cidr.prefixlen for machine in machines if machine.pod_cidr is not None}
    return Known(
        kubernetes=seen.kubernetes,
        pod_range=seen.pod_range or design.network.pod_range,
        service_range=seen.service_range,
        node_prefix=blocks.pop() if len(blocks) == 1 else design.network.node_prefix,
        machines=tuple(machines),
        begun=tuple(begun),
    )


def _others(
    design: Design, nodes: Mapping[str, Node], members: Mapping[str, IPv4Address | None], names: set[str]
) -> Iterator[Machine]:
    """Machines that are in no file. They are reached as the file's first one is."""
    for name in sorted((nodes.keys() | members.keys()) - names):
        node = nodes.get(name)
        address = (node.address if node else None) or members.get(name)
        if address is None:
            continue
        roles = {Role.ETCD} if name in members else set()
        if node is not None:
            roles.add(Role.CONTROL_PLANE if CONTROL_PLANE in node.metadata.labels else Role.WORKER)
        yield Machine(
            name=name,
            address=address,
            site=node.metadata.annotations.get("seakeep.io/site", "") if node else "",
            roles=frozenset(roles),
            pool=None,
            ssh=design.machines[0].ssh,
            pod_cidr=_block(node) if node else None,
            labels=(),
            taints=(),
        )


def _roles(machine: Machine, found: FactSet | None) -> frozenset[Role]:
    """The roles by the units that the machine lists; the file's where it does not tell."""
    listed = found.find(inventory.FACT) if found is not None else None
    if not listed:
        return machine.roles
    units = {entry.path for entry in listed if entry.kind == "unit"}
    roles = {role for role, unit in _UNITS if unit in units}
    # A control plane that takes pods as well has no unit more than one that does not.
    if service(kubelet.NAME) in units and (Role.CONTROL_PLANE not in roles or machine.has(Role.WORKER)):
        roles.add(Role.WORKER)
    return frozenset(roles)


def _member_address(peer_urls: tuple[str, ...]) -> IPv4Address | None:
    return next((found for url in peer_urls if (found := _address(urlsplit(url).hostname or ""))), None)


def _address(text: str) -> IPv4Address | None:
    try:
        return IPv4Address(text)
    except AddressValueError:
        return None


def _block(node: Node) -> IPv4Network | None:
    return _network(node.spec.pod_cidr, f"the pod range of {node.metadata.name}") if node.spec.pod_cidr else None


async def _seen(api: ApiClient, design: Design, facts: Mapping[str, FactSet], membership: Membership) -> Seen:
    async def ask(path: str) -> bytes:
        status, body = await api.asked(path)
        if status != 200:
            raise ApiError.of(status, body, f"GET {path}")
        return body

    nodes = decoded(await ask("/api/v1/nodes"), _Nodes, "the nodes").items
    version = decoded(await ask("/version"), _Version, "the API's version").git_version
    services = await ask("/apis/networking.k8s.io/v1/servicecidrs/kubernetes")
    pods = None
    if design.network.cni == "flannel":
        path = f"/api/v1/namespaces/{flannel.NAMESPACE}/configmaps/{flannel.NAME}"
        data = decoded(await ask(path), _ConfigMap, "Flannel's configuration").data
        conf = decoded(data.get("net-conf.json", "").encode(), _NetConf, "Flannel's configuration")
        pods = _network(conf.network, "the pod range")
    first = next(iter(decoded(services, _ServiceCidr, "the service range").spec.cidrs), "")
    return Seen(
        facts=facts,
        membership=membership,
        nodes=tuple(nodes),
        kubernetes=version.removeprefix("v"),
        service_range=_network(first, "the service range"),
        pod_range=pods,
    )


def _network(text: str, what: str) -> IPv4Network:
    try:
        return IPv4Network(text)
    except ValueError as error:
        raise UndecidedError(f"{what} is not understood: {error}") from error
