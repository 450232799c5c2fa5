"""A machine keeps its address.

What: a machine of the cluster is at the address that it had. Why: its certificates, etcd's member list and its
neighbours' configurations all name the address; behind another one there may be another machine. Evidence: the
inventory of the last apply. Fix: take the machine out of the file, apply, and add it under a new name.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict

CHECK = Check(
    id="CHG003",
    title="machines keep their addresses",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="put the old address back; to move the machine, remove it (`seakeep node remove NAME`) and add it "
    "again",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each machine that moved."""
    for machine in fleet.design.machines:
        before = fleet.known.machine(machine.name) if fleet.known else None
        if before is not None and before.address != machine.address:
            message = f"it is at {before.address}, the file says {machine.address}"
            yield CHECK.found(Verdict.FAIL, message, where=machine.name)
