"""A control plane outlives the change.

What: at least one control-plane machine of the cluster stays in the file. Why: removing goes through the API, and a
new API server is only trusted after it has served beside an old one. Evidence: the inventory of the last apply. Fix:
add the new ones, apply, then remove the old ones.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role

CHECK = Check(
    id="CHG006",
    title="a control-plane machine stays",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="add the new control-plane machines and apply; then take the old ones out and apply again",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding when all that serve now would go."""
    before = [machine.name for machine in fleet.known.with_role(Role.CONTROL_PLANE)] if fleet.known else []
    stay = {machine.name for machine in fleet.design.with_role(Role.CONTROL_PLANE)}
    if before and stay.isdisjoint(before):
        yield CHECK.found(Verdict.FAIL, f"none of {', '.join(before)} stays", where="spec.machines")
