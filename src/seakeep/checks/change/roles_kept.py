"""A machine that stays keeps the roles that it has.

What: no machine of the cluster stops being an etcd member, a control plane or a node; it may become one. Why: what such
a role runs, and what relies on it, has to be taken away in an order that only the removal of the machine goes through.
Evidence: the inventory of the last apply. Fix: remove the machine, apply, and add it with its new roles.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role

CHECK = Check(
    id="CHG005",
    title="machines keep their roles",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="put the role back; to take it away, remove the machine (`seakeep node remove`), then add it without",
    scope=Scope.PREFLIGHT,
)


_EASY = frozenset({Role.LOAD_BALANCER, Role.WORKER})


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each machine that would lose something."""
    for machine in fleet.design.machines:
        before = fleet.known.machine(machine.name) if fleet.known else None
        lost = sorted(before.roles - machine.roles - _EASY) if before is not None else []
        if before is not None and before.is_node and not machine.is_node:
            lost = sorted(before.roles - machine.roles)
        if lost:
            yield CHECK.found(
                Verdict.FAIL, f"it has the role {', '.join(lost)}, the file takes it away", where=machine.name
            )
