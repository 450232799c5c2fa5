"""The file with everything said: defaults, and what follows from other fields."""

from ipaddress import IPv4Network

from seakeep.core.json import JsonObject
from seakeep.spec.load import LoadedSpec
from seakeep.spec.model import Document, MachineEntry, MachineSsh, Spec
from seakeep.spec.tenants import TenantAmounts, TenantLimits, TenantSpec

ONLY_SITE = "main"
"""The site of a cluster whose file names none."""

OBJECTS = {"configmaps": 200, "jobs.batch": 200, "secrets": 200, "services": 50}
"""How many objects of a kind a tenant may have whose file does not say."""


def filled(given: Document) -> Document:
    """The document with its defaults and whatever follows from other fields.

    What contradicts itself (a site that is not declared, say) is left as it is, for the design to judge.
    """
    spec = given.spec
    sites = _sites(spec)
    machines = tuple(_machine(machine, spec, sites) for machine in spec.machines)
    lab = spec.lab
    if lab is not None and lab.subnet is None:
        lab = lab.model_copy(update={"subnet": IPv4Network((machines[0].address, 16), strict=False)})
    kubernetes = spec.kubernetes
    if kubernetes.images is None:
        kubernetes = kubernetes.model_copy(update={"images": "pull" if lab is None else "preload"})
    tenants = tuple(map(_tenant, spec.tenants))
    network = spec.network
    if network.policy_enforcer is None:
        needed = network.cni == ("flannel",) and any(tenant.network.isolated for tenant in tenants)
        network = network.model_copy(update={"policy_enforcer": "kube-router" if needed else "none"})
    found = {
        "sites": sites,
        "machines": machines,
        "lab": lab,
        "kubernetes": kubernetes,
        "network": network,
        "tenants": tenants,
    }
    return given.model_copy(update={"spec": spec.model_copy(update=found)})


def completed(loaded: LoadedSpec) -> JsonObject:
    """Plain data of the filled-in file, in the order of the schema; written as YAML it loads again."""
    data: JsonObject = filled(loaded.given).model_dump(mode="json", by_alias=True, exclude_none=True)
    return data


def _sites(spec: Spec) -> tuple[str, ...]:
    if spec.sites:
        return spec.sites
    named = dict.fromkeys(machine.site for machine in spec.machines if machine.site is not None)
    return tuple(named) or (ONLY_SITE,)


def _tenant(tenant: TenantSpec) -> TenantSpec:
    """Amounts that are always there, also where only some are given; the numbers of objects with their defaults."""
    quota = tenant.quota.model_copy(update={"objects": {**OBJECTS, **tenant.quota.objects}})
    limits = tenant.limits
    request, limit = limits.default_request, limits.default_limit
    standard = TenantLimits()
    limits = limits.model_copy(
        update={
            "default_request": TenantAmounts.model_construct(
                cpu=request.cpu or standard.default_request.cpu,
                memory=request.memory or standard.default_request.memory,
            ),
            "default_limit": TenantAmounts.model_construct(
                cpu=limit.cpu, memory=limit.memory or standard.default_limit.memory
            ),
        }
    )
    found = {"namespace": tenant.namespace or tenant.name, "quota": quota, "limits": limits}
    return tenant.model_copy(update=found)


def _machine(machine: MachineEntry, spec: Spec, sites: tuple[str, ...]) -> MachineEntry:
    own = machine.ssh
    ssh = MachineSsh.model_construct(
        user=own.user or spec.ssh.user, port=own.port or spec.ssh.port, key=own.key or spec.ssh.key
    )
    site = machine.site if machine.site is not None or len(sites) > 1 else sites[0]
    return machine.model_copy(update={"site": site, "ssh": ssh})
