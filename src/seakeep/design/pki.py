"""The plan of authorities and certificates: who gets what, with which names."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import IPv4Address

from seakeep.design.model import Ca, Endpoint, Leaf, Machine, Network, Pki, Role
from seakeep.spec.fields import duration
from seakeep.spec.model import PkiSpec

RENEW_BEFORE = timedelta(days=30)
"""Unless the file says otherwise, or a third of a certificate's life is less."""

LOOPBACK = IPv4Address("127.0.0.1")


def renew_before(spec: PkiSpec) -> timedelta:
    """How long before its end a leaf is issued again."""
    if spec.renew_before is not None:
        return duration(spec.renew_before)
    return min(RENEW_BEFORE, duration(spec.leaf_lifetime) / 3)


def plan(*, cluster: str, machines: tuple[Machine, ...], endpoint: Endpoint, network: Network, spec: PkiSpec) -> Pki:
    """Every authority and leaf of the cluster."""
    life, ca_life = duration(spec.leaf_lifetime), duration(spec.ca_lifetime)
    leaves = [
        *_etcd(machines),
        *_control_planes(machines, endpoint, network),
        *_nodes(machines),
        *_people(),
    ]
    return Pki(
        cas=(
            Ca("cluster", f"seakeep {cluster} cluster", ca_life),
            Ca("etcd", f"seakeep {cluster} etcd", ca_life),
            Ca("front-proxy", f"seakeep {cluster} front-proxy", ca_life),
        ),
        leaves=tuple(replace(leaf, life=life) for leaf in sorted(leaves, key=lambda leaf: (leaf.ca, leaf.name))),
        leaf_life=life,
        renew_before=renew_before(spec),
    )


def serving_names(
    machines: tuple[Machine, ...], endpoint: Endpoint, network: Network
) -> tuple[tuple[str, ...], tuple[IPv4Address, ...]]:
    """The DNS names and addresses in every API server's certificate, sorted.

    The same set on each of them: a client that reaches any API server by any of its ways trusts it.
    """
    services = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"]
    names = {"localhost", *services, f"kubernetes.default.svc.{network.cluster_domain}", *endpoint.names}
    addresses = {LOOPBACK, network.api_service_ip, endpoint.host}
    for machine in machines:
        if machine.has(Role.CONTROL_PLANE):
            names.add(machine.name)
            addresses.add(machine.address)
    for san in endpoint.sans:
        try:
            addresses.add(IPv4Address(san))
        except ValueError:
            names.add(san)
    return tuple(sorted(names)), tuple(sorted(addresses))


def _etcd(machines: Iterable[Machine]) -> Iterator[Leaf]:
    for machine in machines:
        if machine.has(Role.ETCD):
            for use in ("server", "peer"):
                yield Leaf(
                    name=f"{use}-{machine.name}",
                    ca="etcd",
                    common_name=machine.name,
                    dns_names=tuple(sorted({"localhost", machine.name})),
                    ip_addresses=tuple(sorted({LOOPBACK, machine.address})),
                    server=True,
                    client=True,
                    host=machine.name,
                )
            yield _client("etcd", f"health-{machine.name}", "seakeep-health", host=machine.name)


def _control_planes(machines: tuple[Machine, ...], endpoint: Endpoint, network: Network) -> Iterator[Leaf]:
    names, addresses = serving_names(machines, endpoint, network)
    for machine in machines:
        if not machine.has(Role.CONTROL_PLANE):
            continue
        name = machine.name
        yield Leaf(
            name=f"apiserver-{name}",
            ca="cluster",
            common_name="kube-apiserver",
            dns_names=names,
            ip_addresses=addresses,
            server=True,
            host=name,
        )
        yield _client("etcd", f"apiserver-{name}", "kube-apiserver-etcd-client", host=name)
        yield _client("front-proxy", f"client-{name}", "front-proxy-client", host=name)
        yield _client("cluster", f"apiserver-kubelet-client-{name}", "kube-apiserver-kubelet-client", host=name)
        for component in ("controller-manager", "scheduler"):
            yield _client("cluster", f"{component}-{name}", f"system:kube-{component}", host=name)
            # Without one they would serve a certificate that they make at their start, valid for a year from then.
            yield Leaf(
                name=f"{component}-serving-{name}",
                ca="cluster",
                common_name=f"kube-{component}",
                dns_names=("localhost",),
                ip_addresses=(LOOPBACK,),
                server=True,
                host=name,
            )


def _nodes(machines: Iterable[Machine]) -> Iterator[Leaf]:
    for machine in machines:
        if not machine.is_node:
            continue
        user = f"system:node:{machine.name}"
        yield Leaf(
            name=f"kubelet-{machine.name}",
            ca="cluster",
            common_name=user,
            organizations=("system:nodes",),
            dns_names=(machine.name,),
            ip_addresses=(machine.address,),
            server=True,
            host=machine.name,
        )
        yield _client("cluster", f"node-{machine.name}", user, "system:nodes", host=machine.name)
        yield _client("cluster", f"kube-proxy-{machine.name}", "system:kube-proxy", host=machine.name)


def _people() -> Iterator[Leaf]:
    yield _client("cluster", "admin", "seakeep-admin", "seakeep:admins")
    yield _client("cluster", "viewer", "seakeep-viewer", "seakeep:viewers")
    yield _client("cluster", "break-glass", "seakeep-break-glass", "system:masters")


def _client(ca: str, name: str, common_name: str, *organizations: str, host: str | None = None) -> Leaf:
    return Leaf(name=name, ca=ca, common_name=common_name, organizations=organizations, client=True, host=host)
