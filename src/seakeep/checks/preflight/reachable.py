"""Every machine of the file can be logged in to.

What: a login over SSH and a shell as root. Why: a plan made without a machine's facts would be a guess.
Evidence: the error of the connection. Fix: see the error; take a machine that is gone out of the file.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict

CHECK = Check(
    id="PRE001",
    scope=Scope.PREFLIGHT,
    title="machine answers over SSH",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="start the machine, or correct its address, port, user or key in the file; or go on without it, where"
    " the others carry the cluster: `seakeep apply --without NAME`",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """UNKNOWN would hide it: a machine that does not answer fails."""
    for machine in fleet.design.machines:
        error = fleet.unreachable.get(machine.name)
        verdict = Verdict.PASS if error is None else Verdict.FAIL
        yield CHECK.found(verdict, "answers" if error is None else error.message, where=machine.name)
