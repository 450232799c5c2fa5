"""Nobody else listens where Seakeep's services will.

What: the ports of the machine's roles. Why: the service would restart for ever with "address already in use".
Evidence: ss. Fix: stop the named process. Read only before the first installation.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Design, Machine, Role
from seakeep.facts import ports

CHECK = Check(
    id="PRE008",
    scope=Scope.PREFLIGHT,
    title="needed ports are free",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="stop the process that holds the port, or take the role away from the machine",
)


def needed(design: Design, machine: Machine) -> frozenset[int]:
    """TCP ports of the machine's roles."""
    found: set[int] = set()
    if machine.has(Role.ETCD):
        found |= {2379, 2380, 2381}
    if machine.has(Role.CONTROL_PLANE):
        found |= {6443, 10257, 10259}
    if machine.has(Role.LOAD_BALANCER):
        found.add(design.endpoint.port)
    if machine.is_node:
        found |= {10248, 10249, 10250, 10256}
    return frozenset(found)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Whatever the address: our services bind several."""
    for name in sorted(fleet.fresh & fleet.facts.keys()):
        wanted = needed(fleet.design, fleet.design.machine(name))
        taken = sorted(
            {
                f"{each.port} is held by {each.process or 'a process'}"
                for each in fleet.facts[name].get(ports.FACT)
                if each.protocol == "tcp" and each.port in wanted
            }
        )
        yield CHECK.found(Verdict.FAIL if taken else Verdict.PASS, "; ".join(taken) or "free", where=name)
