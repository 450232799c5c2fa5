"""A judged file becomes a Design."""

from datetime import time
from ipaddress import IPv4Network

from seakeep.core.errors import SpecError, SpecProblem
from seakeep.core.finding import Finding
from seakeep.design import addresses, labels, pki, tenants
from seakeep.design.draft import Draft
from seakeep.design.judge import judge
from seakeep.design.known import Known, pinned, standing
from seakeep.design.maintenance import Window
from seakeep.design.model import (
    Design,
    Endpoint,
    Etcd,
    Lab,
    Machine,
    Network,
    Role,
    Security,
    SshAccess,
    Waiver,
)
from seakeep.design.timings import timings
from seakeep.spec.fields import size_in_bytes
from seakeep.spec.load import LoadedSpec
from seakeep.spec.model import MachineEntry, Spec
from seakeep.versions.registry import release

VXLAN_OVERHEAD = 50
"""Bytes that vxlan over IPv4 adds to a packet."""

_SYSTEM_NAMESPACES = {"kube-system": "what is here belongs to the cluster itself"}
_CNI_NAMESPACES = {"flannel": ("kube-flannel", "flanneld sets up the machine's network")}


def complete(loaded: LoadedSpec, known: Known | None = None) -> Design:
    """Decide everything that can be decided before a machine is touched. Nodes that are `known` keep their blocks of
    pod addresses, wherever they stand in the file. Fences stand until a machine of the file has the address.

    SpecError with every reason when a rule refuses the design.
    """
    refusals = [finding for finding in judge(loaded) if finding.refuses]
    if refusals:
        raise SpecError(str(loaded.path), [_problem(finding) for finding in refusals])
    draft = Draft.of(loaded)
    spec = draft.spec
    machines = _machines(draft, known)
    network = _network(spec)
    endpoint = _endpoint(spec, machines)
    return Design(
        name=draft.name,
        release=release(spec.kubernetes.version),
        sites=spec.sites,
        machines=machines,
        endpoint=endpoint,
        network=network,
        etcd=Etcd(
            data_dir=spec.etcd.data_dir,
            heartbeat_ms=spec.etcd.heartbeat_ms,
            election_ms=spec.etcd.election_ms,
            quota_bytes=size_in_bytes(spec.etcd.quota),
            token=f"seakeep-{draft.name}",
        ),
        timings=timings(),
        security=_security(spec),
        pki=pki.plan(cluster=draft.name, machines=machines, endpoint=endpoint, network=network, spec=spec.pki),
        lab=_lab(spec),
        dns_replicas=dns_replicas(len({machine.site for machine in machines if machine.is_node})),
        preload_images=spec.kubernetes.images == "preload",
        waivers=tuple(Waiver(id=w.id, reason=w.reason, owner=w.owner, expires=w.expires) for w in spec.preflight.waive),
        tenants=tenants.tenants(spec.tenants),
        windows=tuple(
            Window(days=w.days, begin=time.fromisoformat(w.begin), end=time.fromisoformat(w.end), zone=w.time_zone)
            for w in spec.maintenance.windows
        ),
        fences=standing(known, machines),
    )


def dns_replicas(sites_with_nodes: int) -> int:
    """One for every site that has nodes, but no fewer than two and no more than three."""
    return min(3, max(2, sites_with_nodes))


def _problem(finding: Finding) -> SpecProblem:
    return SpecProblem(finding.line or 0, finding.where, f"{finding.message} [{finding.id}]", finding.remediation)


def _machines(draft: Draft, known: Known | None) -> tuple[Machine, ...]:
    network = draft.spec.network
    asked = [node.pod_range for node in draft.nodes if node.pod_range is not None]
    kept = {
        name: block
        for name, block in pinned(known, network.pod_range, network.node_prefix).items()
        # What the file asks for wins; a living cluster refuses it where it takes a node's block away.
        if not any(block.overlaps(pin) for pin in asked)
    }
    names = {node.name for node in draft.nodes}
    cidrs = addresses.assigned(
        network.pod_range,
        network.node_prefix,
        [node.pod_range or kept.get(node.name) for node in draft.nodes],
        last=[block for name, block in kept.items() if name not in names],
    )
    blocks = dict(zip((node.name for node in draft.nodes), cidrs, strict=True))
    return tuple(_machine(draft, entry, blocks.get(entry.name)) for entry in draft.machines)


def _machine(draft: Draft, entry: MachineEntry, pod_cidr: IPv4Network | None) -> Machine:
    pool = labels.pool_of(entry, draft.spec.pools)
    ssh = entry.ssh
    assert entry.site is not None
    assert ssh.user is not None
    assert ssh.port is not None
    return Machine(
        name=entry.name,
        address=entry.address,
        site=entry.site,
        roles=frozenset(map(Role, entry.roles)),
        pool=entry.pool,
        ssh=SshAccess(user=ssh.user, port=ssh.port, key=ssh.key),
        pod_cidr=pod_cidr,
        labels=labels.labels(entry, pool, cluster=draft.name) if pod_cidr else (),
        taints=labels.taints(entry, pool) if pod_cidr else (),
    )


def _network(spec: Spec) -> Network:
    network = spec.network
    cni = network.cni[0]
    return Network(
        cni=cni,
        policy_enforcer=None if network.policy_enforcer == "none" else network.policy_enforcer,
        pod_range=network.pod_range,
        service_range=network.service_range,
        node_prefix=network.node_prefix,
        api_service_ip=addresses.api_service_ip(network.service_range),
        dns_service_ip=addresses.dns_service_ip(network.service_range),
        cluster_domain=network.cluster_domain,
        proxy_mode=network.proxy_mode,
        mtu=network.mtu - (VXLAN_OVERHEAD if cni == "flannel" else 0),
    )


def _endpoint(spec: Spec, machines: tuple[Machine, ...]) -> Endpoint:
    first = next(machine for machine in machines if machine.has(Role.CONTROL_PLANE))
    endpoint = spec.endpoint
    return Endpoint(
        vip=endpoint.vip,
        host=endpoint.vip or first.address,
        port=endpoint.port,
        names=endpoint.names,
        sans=endpoint.sans,
    )


def _security(spec: Spec) -> Security:
    exempt = dict(_SYSTEM_NAMESPACES)
    if spec.network.cni[0] in _CNI_NAMESPACES:
        namespace, reason = _CNI_NAMESPACES[spec.network.cni[0]]
        exempt[namespace] = reason
    exempt |= {exemption.namespace: exemption.reason for exemption in spec.security.exemptions}
    audit = spec.security.audit
    return Security(
        exempt_namespaces=tuple(sorted(exempt.items())),
        audit_max_age_days=audit.max_age_days,
        audit_max_backups=audit.max_backups,
        audit_max_size_mb=audit.max_size_mb,
    )


def _lab(spec: Spec) -> Lab | None:
    if spec.lab is None:
        return None
    assert spec.lab.subnet is not None
    return Lab(
        image=spec.lab.image,
        memory_mb=spec.lab.memory_mb,
        cpus=spec.lab.cpus,
        subnet=spec.lab.subnet,
        gateway=spec.lab.subnet[1],
    )
