"""What is replaced is gone.

What: a machine that is to be replaced by a new one under its name has nothing of Seakeep on it, unless all that it does
is etcd. Why: its old self would go on running under the same name; an etcd member alone can be removed, wiped and taken
in anew where it is. Evidence: Seakeep's mark on the machine. Fix: put the new machine in its place first.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role

CHECK = Check(
    id="CHG010",
    title="a replaced machine is new",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="put a machine with empty disks at its address; to repair the one that is there, `seakeep apply`",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding when the machine still is what it was."""
    if fleet.replacing is None or fleet.replacing.name not in fleet.facts:
        return
    name = fleet.replacing.name
    others = fleet.design.machine(name).roles - {Role.ETCD}
    if others and name not in fleet.fresh:
        message = f"{name} still carries the cluster's mark, and does more than etcd: {', '.join(sorted(others))}"
        yield CHECK.found(Verdict.FAIL, message, where=name)
