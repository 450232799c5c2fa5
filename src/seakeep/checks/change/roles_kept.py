"""A machine that stays keeps the roles that it has.

What: no machine of the cluster stops being an etcd member or a node; it may become one, and a node may stop being a
control plane. Why: what such a role runs, and what relies on it, has to be taken away in an order that only the removal
of the machine goes through: a member leaves etcd first, a node's pods move first.
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
    remediation="put the role back; to take it away, remove the machine (`seakeep node remove NAME`), then add it "
    "without",
    scope=Scope.PREFLIGHT,
)


_EASY = frozenset({Role.LOAD_BALANCER, Role.WORKER})


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each machine that would lose something."""
    for machine in fleet.design.machines:
        before = fleet.known.machine(machine.name) if fleet.known else None
        # A node that is a control plane no longer has nothing that would have to move: the others know of it by then.
        easy = _EASY | {Role.CONTROL_PLANE} if machine.is_node else _EASY
        lost = sorted(before.roles - machine.roles - easy) if before is not None else []
        if before is not None and before.is_node and not machine.is_node:
            lost = sorted(before.roles - machine.roles)
        if lost:
            yield CHECK.found(
                Verdict.FAIL, f"it has the role {', '.join(lost)}, the file takes it away", where=machine.name
            )
