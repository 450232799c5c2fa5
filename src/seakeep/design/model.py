"""The completed design: what every later layer works from. Values only; built by `complete.complete`."""

from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network

from seakeep.design.maintenance import Window
from seakeep.versions.model import Release


class Role(StrEnum):
    """What a machine does; a machine may have any mix."""

    ETCD = "etcd"
    CONTROL_PLANE = "control-plane"
    LOAD_BALANCER = "load-balancer"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshAccess:
    """How the operator reaches a machine. `key` is a path, or None for the lab's key or the user's agent."""

    user: str
    port: int
    key: str | None


@dataclass(frozen=True, slots=True)
class Taint:
    """A node taint in the API's words. `effect` is NoSchedule, PreferNoSchedule or NoExecute."""

    key: str
    value: str
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """One machine. `pod_cidr`, `labels` and `taints` are set exactly when it is a node."""

    name: str
    address: IPv4Address
    site: str
    roles: frozenset[Role]
    pool: str | None
    ssh: SshAccess
    pod_cidr: IPv4Network | None
    labels: tuple[tuple[str, str], ...]
    taints: tuple[Taint, ...]

    def has(self, role: Role) -> bool:
        """Whether the machine has this role."""
        return role in self.roles

    @property
    def is_node(self) -> bool:
        """Control-plane machines are nodes too, tainted, so that API servers reach pods."""
        return Role.CONTROL_PLANE in self.roles or Role.WORKER in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where clients find the API. `vip` is None for a cluster without load balancers: then `host` is its only
    control-plane machine's address. `names` are extra DNS names, `sans` every further name or address that
    the serving certificate carries."""

    vip: IPv4Address | None
    host: IPv4Address
    port: int
    names: tuple[str, ...]
    sans: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Ranges and modes. `api_service_ip` is the first, `dns_service_ip` the tenth address of the services;
    `mtu` is that of pods: what the machines' network carries, less what the overlay adds; `policy_enforcer` is what
    enforces NetworkPolicies beside the network plugin, None where nothing of Seakeep's does."""

    cni: str
    policy_enforcer: str | None
    pod_range: IPv4Network
    service_range: IPv4Network
    node_prefix: int
    api_service_ip: IPv4Address
    dns_service_ip: IPv4Address
    cluster_domain: str
    proxy_mode: str
    mtu: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Etcd:
    """etcd's settings: milliseconds and bytes. Every member has the same heartbeat and election values."""

    data_dir: str
    heartbeat_ms: int
    election_ms: int
    quota_bytes: int
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Derived in one place; seconds unless named otherwise.

    Invariants: lb_inter x lb_fall <= shutdown_delay; VIP failover = vrrp_advert_s x 3 + skew < 4 s;
    vip_check_interval x vip_check_fall < 4 s; etcd_ready_ms < lb_timeout_ms, so that an API server whose etcd is silent
    still answers a load balancer's check.
    """

    lb_inter_ms: int
    lb_timeout_ms: int
    lb_fall: int
    lb_rise: int
    shutdown_delay: int
    etcd_ready_ms: int
    vrrp_advert_s: float
    vip_check_interval: int
    vip_check_fall: int
    vip_ready_fall: int
    vip_check_rise: int
    node_status_update: int
    node_monitor_grace: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Security:
    """`exempt_namespaces`: (namespace, reason) pairs that PodSecurity does not restrict."""

    exempt_namespaces: tuple[tuple[str, str], ...]
    audit_max_age_days: int
    audit_max_backups: int
    audit_max_size_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lab:
    """The machines come from containers. `memory_mb` and `cpus` of 0 mean no limit of their own.

    `subnet` holds every machine and the VIP; `gateway`, its first address, belongs to the lab itself.
    """

    image: str | None
    memory_mb: int
    cpus: float
    subnet: IPv4Network
    gateway: IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """The user's decision to live with a failed preflight check until a day, that day included."""

    id: str
    reason: str
    owner: str
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Processors and memory as the API writes quantities back; None where nothing is said."""

    cpu: str | None
    memory: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenant:
    """A team and its namespace. `quota` are (resource, quantity) pairs of a ResourceQuota, sorted.

    `ingress_from` are namespaces whose pods are let in, `egress_to_namespaces` other tenants' that let this one in,
    `egress_to` what it reaches outside; all three say nothing where it is not `isolated`.
    """

    name: str
    namespace: str
    groups: tuple[str, ...]
    role: str
    quota: tuple[tuple[str, str], ...]
    default_request: Amounts
    default_limit: Amounts
    max_limit: Amounts
    isolated: bool
    ingress_from: tuple[str, ...]
    egress_to_namespaces: tuple[str, ...]
    egress_to: tuple[IPv4Network, ...]
    pod_security: str


@dataclass(frozen=True, slots=True)
class Ca:
    """A certificate authority: `name` is its folder under pki/ (cluster, etcd, front-proxy)."""

    name: str
    common_name: str
    life: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A certificate to be issued. Stored as pki/<ca>/<name>.crt and .key.

    `host` is the machine that holds it, or None for those that stay with the operator.
    """

    name: str
    ca: str
    common_name: str
    organizations: tuple[str, ...] = ()
    dns_names: tuple[str, ...] = ()
    ip_addresses: tuple[IPv4Address, ...] = ()
    server: bool = False
    client: bool = False
    life: timedelta = timedelta(days=365)
    host: str | None = None

    @property
    def cert(self) -> str:
        """Name of the certificate in the state folder."""
        return f"pki/{self.ca}/{self.name}.crt"

    @property
    def key(self) -> str:
        """Name of the private key in the state folder."""
        return f"pki/{self.ca}/{self.name}.key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pki:
    """Every authority and leaf of the cluster, sorted by (ca, name).

    A leaf that is valid for less than `renew_before` is issued again. `leaf_life` is also how long the
    certificates live that kubelets get from the cluster.
    """

    cas: tuple[Ca, ...]
    leaves: tuple[Leaf, ...]
    leaf_life: timedelta
    renew_before: timedelta

    @property
    def patient(self) -> bool:
        """Whether a renewal leaves clients the time to find it by themselves.

        Kubernetes' clients look at their certificate's file at every new connection and every five minutes
        (client-go, CertCallbackRefreshDuration), and close old connections when it has changed. Twice that is
        enough; where less is left, they have to be restarted.
        """
        return self.renew_before >= timedelta(minutes=10)

    def leaf(self, ca: str, name: str) -> Leaf:
        """The planned leaf. KeyError if the design does not plan it."""
        place = bisect_left(self.leaves, (ca, name), key=lambda leaf: (leaf.ca, leaf.name))
        if place < len(self.leaves) and (self.leaves[place].ca, self.leaves[place].name) == (ca, name):
            return self.leaves[place]
        raise KeyError(f"{ca}/{name}")


@dataclass(frozen=True, slots=True)
class Fence:
    """An address that API servers and etcd members hear no more: of a machine that was taken out while it did not
    answer, on the day `since`. A day, because a plan that is stored and one that is made a moment later must agree."""

    name: str
    address: IPv4Address
    since: date

    def __str__(self) -> str:
        return f"{self.name} ({self.address}, since {self.since})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """The whole cluster, decided. Machines stand in the order of the file; everything derived is sorted.

    `preload_images`: nodes get images over SSH, and need no registry. `windows`: when real machines may be broken on
    purpose; none is always. `fences` stand in the order in which they were put up.
    """

    name: str
    release: Release
    sites: tuple[str, ...]
    machines: tuple[Machine, ...]
    endpoint: Endpoint
    network: Network
    etcd: Etcd
    timings: Timings
    security: Security
    pki: Pki
    lab: Lab | None
    dns_replicas: int
    preload_images: bool
    waivers: tuple[Waiver, ...] = ()
    tenants: tuple[Tenant, ...] = ()
    windows: tuple[Window, ...] = ()
    fences: tuple[Fence, ...] = ()

    def with_role(self, role: Role) -> tuple[Machine, ...]:
        """The machines that have the role, in the order of the file."""
        return tuple(machine for machine in self.machines if machine.has(role))

    @property
    def nodes(self) -> tuple[Machine, ...]:
        """The machines that run a kubelet."""
        return tuple(machine for machine in self.machines if machine.is_node)

    @property
    def addons(self) -> tuple[str, ...]:
        """The components that run as pods of Seakeep's own, each with an image of its name."""
        own = ("flannel" if self.network.cni == "flannel" else None, self.network.policy_enforcer)
        return ("coredns", *(name for name in own if name is not None))

    def machine(self, name: str) -> Machine:
        """The machine of that name. KeyError if there is none."""
        for machine in self.machines:
            if machine.name == name:
                return machine
        raise KeyError(name)
