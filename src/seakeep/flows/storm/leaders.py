"""Who holds what at this moment: what targets like `leader` and `vip-holder` mean."""

import asyncio

import msgspec

from seakeep.core.errors import SeakeepError
from seakeep.design.model import Role
from seakeep.experiments.base import Observed
from seakeep.facts import etcd, vip
from seakeep.flows.dns_pods import dns_nodes
from seakeep.flows.session import Session
from seakeep.transport.api import ApiClient, decoded

LEASES = ("kube-controller-manager", "kube-scheduler")


class _LeaseSpec(msgspec.Struct, rename="camel"):
    holder_identity: str | None = None


class _Lease(msgspec.Struct):
    spec: _LeaseSpec


async def observe(session: Session, admin: ApiClient) -> Observed:
    """What could be found out; the rest is ''."""
    design = session.design
    holders = {*design.with_role(Role.ETCD), *design.with_role(Role.LOAD_BALANCER)}
    (facts, _), leases, dns = await asyncio.gather(
        session.read((etcd.FACT, vip.FACT), [m for m in design.machines if m in holders], timeout=15),
        _leases(session, admin),
        _dns(admin),
    )
    leaders = dict(leases)
    holder = ""
    members: tuple[str, ...] = ()
    for name, found in facts.items():
        state = found.find(etcd.FACT)
        if state is not None and state.serving and state.leader_id and state.leader_id == state.member_id:
            leaders["etcd"] = name
            members = tuple(sorted(member.name for member in state.members if not member.learner))
        held = found.find(vip.FACT)
        if held is not None and held.holds and design.machine(name).has(Role.LOAD_BALANCER):
            holder = name
    return Observed(leaders=leaders, vip_holder=holder, dns=dns, members=members)


async def _leases(session: Session, admin: ApiClient) -> dict[str, str]:
    """name -> the machine that leads. A holder's identity is its host name and a unique part: a-cp1_0b6c..."""
    found: dict[str, str] = {}
    for name in LEASES:
        try:
            status, body = await admin.raw(f"/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/{name}")
            holder = decoded(body, _Lease, name).spec.holder_identity or "" if status == 200 else ""
        except SeakeepError:
            continue
        machine = holder.partition("_")[0]
        if any(each.name == machine for each in session.design.machines):
            found[name] = machine
    return found


async def _dns(admin: ApiClient) -> tuple[str, ...]:
    try:
        return tuple(sorted(await dns_nodes(admin)))
    except SeakeepError:
        return ()
