"""No etcd member starts with data, or without them, that are not its own.

What: before the cluster is formed, members start together. Afterwards every member has the data of the member that the
cluster knows under its name; what is no member yet has none. Why: a member without data that starts as part of a new
cluster beside the living one ends in two clusters; one that was removed while it was away would be let back in with
what it remembers. Evidence: the data directories, the id at the head of the write-ahead log, etcd's own member list.
Fix: bring the right disk back, or say that the member is to be replaced.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Machine, Role
from seakeep.facts import etcd_data, units
from seakeep.facts.etcd import Membership
from seakeep.facts.members import late_founder, peer_url, stale_data

CHECK = Check(
    id="PRE014",
    title="etcd members belong together",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="bring the member's own disk back, or replace the member: `seakeep node replace NAME` removes it, "
    "wipes what is left of its data and takes the machine in as a new member",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """A finding for each machine with a member; by its own cluster's word where one can be asked."""
    machines = [machine for machine in fleet.design.with_role(Role.ETCD) if machine.name in fleet.facts]
    if fleet.membership is None:
        yield from _alone(fleet, [machine.name for machine in machines])
        return
    for machine in machines:
        wrong = "" if _given_up(fleet, machine) else _among(fleet, machine, fleet.membership)
        yield CHECK.found(Verdict.FAIL if wrong else Verdict.PASS, wrong or "fits", where=machine.name)


def _among(fleet: Fleet, machine: Machine, membership: Membership) -> str:
    facts = fleet.facts[machine.name]
    member = membership.find(machine.name, peer_url(machine))
    if other := stale_data(machine, facts, membership):
        known = f"the cluster knows it as {member.id}" if member else "the cluster has removed that one"
        return f"it holds the data of member {other}, and {known}"
    if not fleet.formed and late_founder(machine, facts, membership):
        return ""
    if member is not None and not member.learner and member.name and not facts.get(etcd_data.FACT):
        return "its data directory is gone while other members live"
    return ""


def _given_up(fleet: Fleet, machine: Machine) -> bool:
    return fleet.replacing is not None and fleet.replacing.name == machine.name


def _alone(fleet: Fleet, members: list[str]) -> Iterator[Finding]:
    """While the cluster has never been seen whole, members may start one after the other: all of them know the same
    member list. Once it has (`formed`), a member without data is a replacement and does not start by itself."""
    with_data = [name for name in members if fleet.facts[name].get(etcd_data.FACT)]
    for name in members:
        state = fleet.facts[name].get(units.FACT).get("etcd.service")
        was_started = state is not None and state.stamp != ""
        if name in with_data or not with_data:
            yield CHECK.found(Verdict.PASS, "has data" if name in with_data else "not started yet", where=name)
        elif was_started or name in fleet.formed:
            yield CHECK.found(Verdict.FAIL, "its data directory is gone while other members live", where=name)
        elif fleet.formed:
            yield CHECK.found(Verdict.FAIL, "is not a member of the living cluster", where=name)
        else:
            yield CHECK.found(Verdict.PASS, "not started yet", where=name)
