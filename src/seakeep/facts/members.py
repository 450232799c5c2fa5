"""What has to happen to etcd's membership, so that it is the design's. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from seakeep.design.known import Replacing
from seakeep.design.model import Design, Machine, Role
from seakeep.design.quorum import quorum
from seakeep.facts import etcd, etcd_data, etcd_identity, units
from seakeep.facts.base import FactSet
from seakeep.facts.etcd import Member, Membership


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanges:
    """`orphans` have no vote and belong to no machine: what an addition that died left behind. `out` are voting members
    to be removed, in order. `joining` are the machines to be taken in, in the order of the file."""

    orphans: tuple[Member, ...] = ()
    out: tuple[Member, ...] = ()
    joining: tuple[Machine, ...] = ()


def peer_url(machine: Machine) -> str:
    """Where the other members reach the machine's member."""
    return f"https://{machine.address}:2380"


def membership_of(facts: Mapping[str, FactSet]) -> Membership | None:
    """The cluster as its members tell of it; None where none of them sees a quorum."""
    told = (found.find(etcd.FACT) for found in facts.values())
    return etcd.membership(state for state in told if state is not None)


def changes(
    design: Design, facts: Mapping[str, FactSet], membership: Membership | None, replacing: Replacing | None
) -> MemberChanges:
    """Nothing while there is no cluster that could be asked."""
    if membership is None:
        return MemberChanges()
    machines = design.with_role(Role.ETCD)
    kept = {
        member.id
        for machine in machines
        if (member := membership.find(machine.name, peer_url(machine))) and not _replaced(member, machine, replacing)
    }
    surplus = [member for member in membership.members if member.id not in kept]
    out = [member for member in surplus if not member.learner]
    return MemberChanges(
        orphans=tuple(member for member in surplus if member.learner),
        # Those that do not serve carry nothing: without them the rest has a smaller majority to keep.
        out=tuple(sorted(out, key=lambda member: member.id in membership.healthy)),
        joining=tuple(m for m in machines if m.name in facts and _joins(m, membership, kept)),
    )


def losing_quorum(membership: Membership, out: tuple[Member, ...]) -> Member | None:
    """The first of the members whose removal the rest would not bear."""
    voters, healthy = set(membership.voters), set(membership.healthy)
    for member in out:
        voters.discard(member.id)
        healthy.discard(member.id)
        if len(healthy) < quorum(len(voters)):
            return member
    return None


def stale_data(machine: Machine, facts: FactSet, membership: Membership) -> str:
    """The id of the member that the machine's data belong to, when that is none or another than the cluster's; ''
    where there are no data, where they are the cluster's own, or where they do not tell."""
    if not facts.get(etcd_data.FACT):
        return ""
    identity = facts.find(etcd_identity.FACT)
    if identity is None:
        return ""
    member = membership.find(machine.name, peer_url(machine))
    return "" if member is not None and member.id == identity.member else identity.member


def late_founder(machine: Machine, facts: FactSet, membership: Membership) -> bool:
    """Whether the others count the machine's member among them and it has never run: a first run ended between their
    start and its own. Only for a cluster that was never whole: the same holds for a machine that was made anew."""
    member = membership.find(machine.name, peer_url(machine))
    state = facts.get(units.FACT).get("etcd.service")
    never_started = (state is None or state.stamp == "") and not facts.get(etcd_data.FACT)
    return never_started and member is not None and member.name != "" and not member.learner


def _replaced(member: Member, machine: Machine, replacing: Replacing | None) -> bool:
    return replacing is not None and machine.name == replacing.name and member.id == replacing.member


def _joins(machine: Machine, membership: Membership, kept: set[str]) -> bool:
    """Whether the machine is no member, is about to be none, or its addition has not come to its end."""
    member = membership.find(machine.name, peer_url(machine))
    return member is None or member.id not in kept or member.learner or not member.name
