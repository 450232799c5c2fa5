"""The user's file as types: `apiVersion: seakeep/v1`, `kind: Cluster`.

Every field has a description, an example where its form is not obvious, and a default wherever one is sound.
Only `metadata.name` and the machines' names, addresses and roles have to be given.
"""

from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import Field

from seakeep.spec.fields import (
    Address,
    Bytes,
    CidrRange,
    ClusterName,
    CniNames,
    Day,
    DnsName,
    Duration,
    Duties,
    Folder,
    Host,
    Label,
    LabelKey,
    LabelValue,
    MachineName,
    Number,
    Path,
    Text,
    TimeOfDay,
    TimeZone,
    VersionText,
    Weekday,
)
from seakeep.spec.part import Part
from seakeep.spec.tenants import TenantSpec
from seakeep.versions.registry import default_release

API_VERSION = "seakeep/v1"
KIND = "Cluster"


class Metadata(Part):
    """What the cluster is called."""

    name: Annotated[ClusterName, Field(examples=["three-sites"])]
    """The cluster's name: names its state folder, its lab and its certificates."""


class Kubernetes(Part):
    """Which Kubernetes, and how it is installed."""

    version: Annotated[VersionText, Field(examples=["v1.37.2"])] = f"v{default_release().kubernetes}"
    """The exact version, such as v1.37.2."""

    install: Literal["systemd"] = "systemd"
    """How programs run on machines: `systemd` makes every one of them a service."""

    images: Literal["pull", "preload"] | None = None
    """Where nodes get the add-ons' images: `pull` from their public registries, or `preload`: made here from the same
    programs, under the same names, and brought over SSH. Without it: preload in a lab, pull elsewhere."""


class SshDefaults(Part):
    """How the operator reaches machines, unless a machine says otherwise."""

    user: Annotated[Text, Field(examples=["root"])] = "root"
    """The account to log in with. Anyone but root needs sudo without a password."""

    port: Annotated[Number, Field(ge=1, le=65535)] = 22
    """The port of sshd."""

    key: Annotated[Path | None, Field(examples=["~/.ssh/id_ed25519"])] = None
    """The private key's path; without it the SSH agent is asked, or in a lab the lab's own key."""


class MachineSsh(Part):
    """What differs from `spec.ssh` for one machine."""

    user: Annotated[Text | None, Field(examples=["root"])] = None
    """The account to log in with."""

    port: Annotated[Number | None, Field(ge=1, le=65535)] = None
    """The port of sshd."""

    key: Annotated[Path | None, Field(examples=["~/.ssh/id_ed25519"])] = None
    """The private key's path."""


class MachineEntry(Part):
    """One machine."""

    name: Annotated[MachineName, Field(examples=["a-etcd1"])]
    """The machine's name: its host name, its node's name and its member's name."""

    address: Annotated[Address, Field(examples=["192.0.2.11"])]
    """The IPv4 address by which the operator and the other machines reach it."""

    roles: Annotated[Duties, Field(examples=[["control-plane"]], min_length=1)]
    """What it does, in any mix: etcd, control-plane, load-balancer, worker."""

    site: Annotated[Label | None, Field(examples=["a"])] = None
    """The site it stands in; may be left out when there is only one site."""

    pool: Annotated[Label | None, Field(examples=["hot"])] = None
    """The pool of workers it belongs to, one of `spec.pools`."""

    pod_range: Annotated[CidrRange | None, Field(examples=["10.244.7.0/24"])] = None
    """Pins the block of pod addresses of this node. Without it, blocks are handed out in the order of the
    file; pin them before a machine is removed from the middle of the list."""

    ssh: MachineSsh = MachineSsh()
    """What differs from `spec.ssh` for this machine."""


class EndpointSpec(Part):
    """Where clients find the Kubernetes API."""

    vip: Annotated[Address | None, Field(examples=["192.0.2.100"])] = None
    """The virtual address that the load balancers share; needed with more than one control-plane machine."""

    port: Annotated[Number, Field(ge=1, le=65535)] = 6443
    """The port on the virtual address."""

    names: Annotated[tuple[DnsName, ...], Field(examples=[["api.example.org"]])] = ()
    """DNS names that lead to the virtual address; the serving certificate carries them."""

    sans: Annotated[tuple[Host, ...], Field(examples=[["198.51.100.7"]])] = ()
    """Further names and addresses for the serving certificate, such as that of a forwarder."""


class EtcdSpec(Part):
    """etcd's place and timings, the same on every member."""

    data_dir: Annotated[Folder, Field(examples=["/var/lib/etcd"])] = "/var/lib/etcd"
    """The folder of its data, best on a disk of its own."""

    heartbeat_ms: Annotated[Number, Field(ge=10, le=5000)] = 100
    """The leader's heartbeat in milliseconds: about the round trip between the sites that are furthest apart."""

    election_ms: Annotated[Number, Field(ge=100, le=50000)] = 1000
    """How long members wait for a heartbeat before they elect, in milliseconds; at least 5 heartbeats."""

    quota: Annotated[Bytes, Field(examples=["8GiB"])] = "8GiB"
    """The most the database may grow to, from 256MiB to 16GiB."""


class NetworkSpec(Part):
    """The pod network and services."""

    cni: Annotated[CniNames, Field(examples=["flannel"])] = ("flannel",)
    """The network plugin: flannel, or none when you install one yourself."""

    policy_enforcer: Literal["kube-router", "none"] | None = None
    """What enforces NetworkPolicies, which flannel does not: `kube-router`, as a firewall on every node and nothing
    else; or `none`, also when you install an enforcer yourself. Without it: kube-router where a tenant is isolated and
    the plugin is flannel, none elsewhere."""

    pod_range: Annotated[CidrRange, Field(examples=["10.244.0.0/16"])] = IPv4Network("10.244.0.0/16")
    """Addresses of pods; every node gets a block of it."""

    service_range: Annotated[CidrRange, Field(examples=["10.96.0.0/16"])] = IPv4Network("10.96.0.0/16")
    """Addresses of services."""

    node_prefix: Annotated[Number, Field(ge=16, le=28)] = 24
    """The prefix length of a node's block of pod addresses."""

    proxy_mode: Literal["nftables"] = "nftables"
    """How kube-proxy implements services."""

    cluster_domain: Annotated[DnsName, Field(examples=["cluster.local"])] = "cluster.local"
    """The DNS domain of services."""

    mtu: Annotated[Number, Field(ge=1280, le=9216)] = 1500
    """The largest packet that the network between the machines carries, in bytes; pods get less by what the
    overlay adds."""


class TaintSpec(Part):
    """A taint that keeps off pods that do not tolerate it."""

    key: Annotated[LabelKey, Field(examples=["seakeep.io/cold"])]
    """The taint's key."""

    value: LabelValue = ""
    """The taint's value."""

    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = "NoSchedule"
    """What happens to pods that do not tolerate it."""


class PoolSpec(Part):
    """A group of workers that are alike."""

    labels: Annotated[dict[LabelKey, LabelValue], Field(examples=[{"disk": "ssd"}])] = {}
    """Labels of its nodes."""

    taints: Annotated[tuple[TaintSpec, ...], Field(examples=[[{"key": "cold", "effect": "NoSchedule"}]])] = ()
    """Taints of its nodes."""


class Exemption(Part):
    """A namespace whose pods may need more than the restricted profile allows."""

    namespace: Annotated[Label, Field(examples=["monitoring"])]
    """The namespace."""

    reason: Annotated[Text, Field(examples=["node-exporter reads the host's files"])]
    """Why it cannot do with less."""


class AuditSpec(Part):
    """How long the API servers keep their audit logs."""

    max_age_days: Annotated[Number, Field(ge=1, le=3650)] = 30
    """Days that a rotated file is kept."""

    max_backups: Annotated[Number, Field(ge=1, le=1000)] = 10
    """Rotated files that are kept."""

    max_size_mb: Annotated[Number, Field(ge=1, le=10000)] = 100
    """Size in megabytes at which a file is rotated."""


class SecuritySpec(Part):
    """What deviates from the hardened defaults."""

    exemptions: Annotated[
        tuple[Exemption, ...], Field(examples=[[{"namespace": "monitoring", "reason": "reads host files"}]])
    ] = ()
    """Namespaces that PodSecurity does not restrict, each with its reason."""

    audit: AuditSpec = AuditSpec()
    """Retention of the audit log."""


class PkiSpec(Part):
    """How long certificates live, and when they are replaced."""

    leaf_lifetime: Annotated[Duration, Field(examples=["365d"])] = "365d"
    """How long a certificate is valid: days, hours or minutes (365d, 12h, 15m). Kubelets' own renewals too."""

    ca_lifetime: Annotated[Duration, Field(examples=["3650d"])] = "3650d"
    """How long a certificate authority is valid. It counts when an authority is made, at first or by a rotation."""

    renew_before: Annotated[Duration | None, Field(examples=["30d"])] = None
    """A certificate that is valid for less than this is issued again by the next apply; without it 30 days, or a
    third of the certificates' life where that is less."""


class LabSpec(Part):
    """The machines are made from containers on this computer. `lab: {}` is enough."""

    image: Annotated[Text | None, Field(examples=["localhost/seakeep-machine:latest"])] = None
    """The machines' image; without it one is made on the spot."""

    subnet: Annotated[CidrRange | None, Field(examples=["10.77.0.0/16"])] = None
    """The lab's network, which holds every machine and the VIP; without it the /16 of the first machine."""

    memory_mb: Annotated[Number, Field(ge=0, le=1048576)] = 0
    """Memory limit of each machine in MiB; 0 is none."""

    cpus: Annotated[float, Field(ge=0, le=1024, strict=True)] = 0
    """Processor limit of each machine; 0 is none."""


class WaiverSpec(Part):
    """A preflight check that may fail until a day."""

    id: Annotated[Text, Field(examples=["PRE011"])]
    """The check's id."""

    reason: Annotated[Text, Field(examples=["the disk is replaced on 1 June"])]
    """Why that is acceptable."""

    owner: Annotated[Text, Field(examples=["storage team"])]
    """Who answers for it."""

    expires: Annotated[Day, Field(examples=["2027-06-01"])]
    """The last day on which it holds, as YYYY-MM-DD."""


class PreflightSpec(Part):
    """What is accepted about the machines although a check objects."""

    waive: Annotated[
        tuple[WaiverSpec, ...],
        Field(examples=[[{"id": "PRE011", "reason": "...", "owner": "...", "expires": "2027-06-01"}]]),
    ] = ()
    """Checks that may fail, each with reason, owner and last day."""


class WindowSpec(Part):
    """A time in which the cluster may be broken on purpose."""

    days: Annotated[tuple[Weekday, ...], Field(examples=[["sat", "sun"]], min_length=1)] = (
        "mon", "tue", "wed", "thu", "fri", "sat", "sun",
    )  # fmt: skip
    """The days on which it begins."""

    begin: Annotated[TimeOfDay, Field(alias="from", examples=["22:00"])]
    """When it begins."""

    end: Annotated[TimeOfDay, Field(alias="to", examples=["04:00"])]
    """When it ends: on the next day where that is not later."""

    time_zone: Annotated[TimeZone, Field(examples=["Europe/Berlin"])] = "UTC"
    """The time zone of both."""


class MaintenanceSpec(Part):
    """When what is risky may be done."""

    windows: Annotated[
        tuple[WindowSpec, ...], Field(examples=[[{"days": ["sat"], "from": "22:00", "to": "04:00"}]])
    ] = ()
    """Storms on real machines begin in one of these only. None: at any time."""


class Spec(Part):
    """The cluster that is wanted."""

    machines: Annotated[
        tuple[MachineEntry, ...],
        Field(examples=[[{"name": "m1", "address": "192.0.2.11", "roles": ["control-plane"]}]], min_length=1),
    ]
    """Every machine of the cluster."""

    kubernetes: Kubernetes = Kubernetes()
    """Which Kubernetes, and how it is installed."""

    sites: Annotated[tuple[Label, ...], Field(examples=[["a", "b", "c"]])] = ()
    """Names of the failure domains; without it those that the machines name."""

    ssh: SshDefaults = SshDefaults()
    """How the operator reaches the machines."""

    endpoint: EndpointSpec = EndpointSpec()
    """Where clients find the Kubernetes API."""

    etcd: EtcdSpec = EtcdSpec()
    """etcd's place and timings."""

    network: NetworkSpec = NetworkSpec()
    """The pod network and services."""

    pools: Annotated[dict[Label, PoolSpec], Field(examples=[{"hot": {"labels": {"disk": "ssd"}}}])] = {}
    """Groups of workers that are alike, by name."""

    security: SecuritySpec = SecuritySpec()
    """What deviates from the hardened defaults."""

    pki: PkiSpec = PkiSpec()
    """How long certificates live, and when they are replaced."""

    tenants: Annotated[tuple[TenantSpec, ...], Field(examples=[[{"name": "shop", "groups": ["shop-team"]}]])] = ()
    """Teams that share the cluster, each in a namespace of its own."""

    preflight: PreflightSpec = PreflightSpec()
    """What is accepted about the machines although a check objects."""

    maintenance: MaintenanceSpec = MaintenanceSpec()
    """When real machines may be broken on purpose."""

    lab: LabSpec | None = None
    """Present when the machines are to be made from containers on this computer; `{}` is enough."""


class Document(Part):
    """A cluster, described in one file."""

    api_version: Annotated[Literal["seakeep/v1"], Field(examples=[API_VERSION])]
    """The form of this file: seakeep/v1."""

    kind: Annotated[Literal["Cluster"], Field(examples=[KIND])]
    """What is described: Cluster."""

    metadata: Annotated[Metadata, Field(examples=[{"name": "three-sites"}])]
    """What the cluster is called."""

    spec: Spec
    """The cluster that is wanted."""
