"""Tenants in the user's file."""

from typing import Annotated, Literal

from pydantic import Field

from seakeep.spec.fields import Amount, CidrRange, Cores, GroupName, Label, Number, ResourceName, Switch
from seakeep.spec.part import Part


class TenantQuota(Part):
    """The most that all of a tenant's objects may come to."""

    cpu: Annotated[Cores, Field(examples=["4"])] = "4"
    """Processors that its pods may request together."""

    memory: Annotated[Amount, Field(examples=["8Gi"])] = "8Gi"
    """Memory that its pods may request together, and the most that their limits may come to."""

    pods: Annotated[Number, Field(ge=0, le=150000)] = 50
    """Pods that have not ended."""

    load_balancers: Annotated[Number, Field(ge=0, le=1000)] = 0
    """Services of type LoadBalancer. Each takes a node port per port as well, unless it says otherwise."""

    node_ports: Annotated[Number, Field(ge=0, le=1000)] = 0
    """Node ports: ports that are opened on every node."""

    volumes: Annotated[Number, Field(ge=0, le=10000)] = 10
    """PersistentVolumeClaims."""

    storage: Annotated[Amount, Field(examples=["100Gi"])] = "100Gi"
    """Storage that its PersistentVolumeClaims may ask for together."""

    objects: Annotated[
        dict[ResourceName, Annotated[Number, Field(ge=0, le=1000000)]],
        Field(examples=[{"secrets": 500, "jobs.batch": 1000}]),
    ] = {}
    """Numbers of objects by resource, `deployments.apps` for one of a group: beside, or instead of, 200 ConfigMaps,
    200 Secrets, 50 Services and 200 Jobs. They keep one tenant from filling etcd."""


class TenantAmounts(Part):
    """Processors and memory of one container."""

    cpu: Annotated[Cores | None, Field(examples=["2"])] = None
    """Processors."""

    memory: Annotated[Amount | None, Field(examples=["1Gi"])] = None
    """Memory."""


class TenantLimits(Part):
    """What a container gets that says nothing, and the most that one may ask for."""

    default_request: Annotated[TenantAmounts, Field(examples=[{"cpu": "100m", "memory": "128Mi"}])] = TenantAmounts(
        cpu="100m", memory="128Mi"
    )
    """What a container requests that says nothing: always processors and memory, because a quota counts both."""

    default_limit: Annotated[TenantAmounts, Field(examples=[{"memory": "256Mi"}])] = TenantAmounts(memory="256Mi")
    """The limits of a container that says nothing: always of memory, of processors only where they are given here."""

    max: Annotated[TenantAmounts, Field(examples=[{"memory": "4Gi"}])] = TenantAmounts()
    """The highest limits that a container may have. One of processors gives every container such a limit."""


class TenantNetwork(Part):
    """Who its pods may talk to. Something has to enforce it: `spec.network.policyEnforcer`, or the network plugin."""

    isolated: Switch = True
    """Nothing reaches its pods and they reach nothing but each other and the cluster's DNS, unless it is opened here.
    """

    ingress_from: Annotated[tuple[Label, ...], Field(examples=[["ingress-nginx"]])] = ()
    """Namespaces whose pods may reach its pods. That of another tenant may then do so from its side as well."""

    egress_to: Annotated[tuple[CidrRange, ...], Field(examples=[["192.0.2.0/24"]])] = ()
    """Addresses outside the cluster that its pods may reach."""


class TenantSpec(Part):
    """A team and the namespace that it works in."""

    name: Annotated[Label, Field(examples=["shop"])]
    """The tenant's name."""

    groups: Annotated[tuple[GroupName, ...], Field(examples=[["shop-team"]], min_length=1)]
    """Who works in it: groups of its people, as their certificates (organization) name them."""

    namespace: Annotated[Label | None, Field(examples=["shop"])] = None
    """Its namespace; without it the one of its name. A team with two namespaces is two tenants with the same groups, so
    that each has a quota of its own."""

    role: Literal["view", "edit", "admin"] = "edit"
    """What its groups may do in its namespace: `view` reads everything but Secrets; `edit` runs workloads; `admin`
    hands rights on to others as well. None of them changes the quota, the limits, the network policies or the
    namespace."""

    quota: Annotated[TenantQuota, Field(examples=[{"cpu": "4", "memory": "8Gi"}])] = TenantQuota()
    """The most that all of its objects may come to."""

    limits: TenantLimits = TenantLimits()
    """What a container gets that says nothing, and the most that one may ask for."""

    network: TenantNetwork = TenantNetwork()
    """Who its pods may talk to."""

    pod_security: Literal["restricted", "baseline"] = "restricted"
    """The PodSecurity level that its pods are held to. What `restricted` demands does not run on a kernel without
    seccomp."""
