"""Tenants, decided: amounts as the API writes them back, and who may talk to whom."""

from collections.abc import Mapping

from seakeep.design.model import Amounts, Tenant
from seakeep.spec.fields import mebibytes, millicores
from seakeep.spec.tenants import TenantAmounts, TenantSpec

ENFORCING = frozenset({"calico", "cilium"})
"""Network plugins that enforce NetworkPolicies by themselves. Flannel makes routes and nothing else."""

_PLAIN = frozenset({"configmaps", "secrets", "services"})
"""Resources of the core group: their counts may be written without a group, and `services` is a quota of its own."""


def tenants(given: tuple[TenantSpec, ...]) -> tuple[Tenant, ...]:
    """In the order of the file. The file is filled in, and its rules have passed."""
    opened = _opened(given)
    return tuple(_tenant(each, opened) for each in given)


def cores(text: str) -> str:
    """As the API writes it: 4 for 4000m."""
    amount = millicores(text)
    return f"{amount}m" if amount % 1000 else str(amount // 1000)


def memory(text: str) -> str:
    """As the API writes it: 1Gi for 1024Mi."""
    amount = mebibytes(text)
    for unit, size in (("Ti", 1 << 20), ("Gi", 1 << 10)):
        if amount % size == 0:
            return f"{amount // size}{unit}"
    return f"{amount}Mi"


def namespace(tenant: TenantSpec) -> str:
    """Where it lives."""
    return tenant.namespace or tenant.name


def _opened(given: tuple[TenantSpec, ...]) -> Mapping[str, tuple[str, ...]]:
    """namespace of a tenant -> namespaces of others that let it in: a connection needs both sides' consent."""
    return {
        namespace(each): tuple(sorted(namespace(other) for other in given if namespace(each) in _let_in(other)))
        for each in given
    }


def _let_in(tenant: TenantSpec) -> tuple[str, ...]:
    return tenant.network.ingress_from if tenant.network.isolated else ()


def _tenant(given: TenantSpec, opened: Mapping[str, tuple[str, ...]]) -> Tenant:
    limits = given.limits
    own = namespace(given)
    return Tenant(
        name=given.name,
        namespace=own,
        groups=given.groups,
        role=given.role,
        quota=_quota(given),
        default_request=_amounts(limits.default_request),
        default_limit=_amounts(limits.default_limit),
        max_limit=_amounts(limits.max),
        isolated=given.network.isolated,
        ingress_from=tuple(sorted({*given.network.ingress_from} - {own})),
        egress_to_namespaces=opened[own],
        egress_to=tuple(sorted(given.network.egress_to)),
        pod_security=given.pod_security,
    )


def _amounts(given: TenantAmounts) -> Amounts:
    return Amounts(
        cpu=cores(given.cpu) if given.cpu else None,
        memory=memory(given.memory) if given.memory else None,
    )


def _quota(given: TenantSpec) -> tuple[tuple[str, str], ...]:
    quota = given.quota
    counts = {
        resource if resource in _PLAIN else f"count/{resource}": str(count) for resource, count in quota.objects.items()
    }
    return tuple(
        sorted(
            {
                **counts,
                "limits.memory": memory(quota.memory),
                "persistentvolumeclaims": str(quota.volumes),
                "pods": str(quota.pods),
                "requests.cpu": cores(quota.cpu),
                "requests.memory": memory(quota.memory),
                "requests.storage": memory(quota.storage),
                "services.loadbalancers": str(quota.load_balancers),
                "services.nodeports": str(quota.node_ports),
            }.items()
        )
    )
