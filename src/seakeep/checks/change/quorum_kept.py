"""etcd keeps its quorum at every step.

What: after each removal the members that are healthy are still a majority of those that are left. Why: without it
nothing can be written, members included: there would be no way back but a restore. Evidence: etcd's own member list
and the health of each member, now. Fix: bring members back first.
"""

from collections.abc import Iterator
from dataclasses import replace

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts.members import losing_quorum

CHECK = Check(
    id="CHG009",
    title="etcd keeps its quorum",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="bring the members that do not serve back first (`seakeep status` names them)",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """UNKNOWN where members are to change and none of them sees a quorum."""
    if fleet.membership is None:
        if _differ(fleet):
            message = "no etcd member sees a quorum: the membership can neither be read nor changed"
            yield CHECK.found(Verdict.UNKNOWN, message, where="etcd")
        return
    member = losing_quorum(fleet.membership, fleet.member_changes.out if fleet.member_changes else ())
    if member is not None:
        voters, healthy = fleet.membership.voters, fleet.membership.healthy
        message = (
            f"removing {member.name or member.id} would break it: {len(healthy)} of {len(voters)} members are healthy"
        )
        found = CHECK.found(Verdict.FAIL, message, where="etcd")
        if set(healthy) >= set(voters):
            # Nothing is broken: there are too few.
            found = replace(found, remediation="add other members first, and apply; then take this one out")
        yield found


def _differ(fleet: Fleet) -> bool:
    if fleet.known is None or not fleet.known.whole:
        return False
    before = {machine.name for machine in fleet.known.with_role(Role.ETCD)}
    now = {machine.name for machine in fleet.design.with_role(Role.ETCD)}
    return before != now or (fleet.replacing is not None and fleet.replacing.name in now)
