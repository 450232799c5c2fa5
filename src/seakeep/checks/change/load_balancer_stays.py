"""A load balancer outlives the change.

What: at least one load balancer of the cluster stays in the file. Why: the VIP moves from one that holds it to one that
is ready to, and clients know no other address. Evidence: the inventory of the last apply. Fix: add the new one, apply,
then remove the old one.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role

CHECK = Check(
    id="CHG007",
    title="a load balancer stays",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="add the new load balancers and apply; then take the old ones out and apply again",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding when all that carry the endpoint now would go."""
    before = [machine.name for machine in fleet.known.with_role(Role.LOAD_BALANCER)] if fleet.known else []
    stay = {machine.name for machine in fleet.design.with_role(Role.LOAD_BALANCER)}
    if before and stay.isdisjoint(before):
        yield CHECK.found(Verdict.FAIL, f"none of {', '.join(before)} stays", where="spec.machines")
