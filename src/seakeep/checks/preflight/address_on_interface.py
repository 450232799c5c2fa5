"""The machine holds the address that the file gives it.

What: an interface with the machine's address. Why: services bind it, and behind a translated address etcd and the API
server would advertise what nobody reaches. Evidence: ip addr. Fix: put the inner address into the file.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import system

CHECK = Check(
    id="PRE013",
    scope=Scope.PREFLIGHT,
    title="machine holds its address",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="use the address of the machine's own interface in the file",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """PASS names the interface."""
    for name, facts in sorted(fleet.facts.items()):
        interface = facts.get(system.FACT).interface
        address = fleet.design.machine(name).address
        message = f"{address} is on {interface}" if interface else f"no interface has {address}"
        yield CHECK.found(Verdict.PASS if interface else Verdict.FAIL, message, where=name)
