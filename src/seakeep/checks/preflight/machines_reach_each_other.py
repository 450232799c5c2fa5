"""Every machine reaches every other.

What: a TCP connection from each machine to each other's SSH port. Why: etcd, the pod network and the load balancers
need it; a firewall between sites shows here and not as a timeout an hour later. Evidence: the peers that did not
answer. Fix: routes and firewalls.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import reach

CHECK = Check(
    id="PRE010",
    scope=Scope.PREFLIGHT,
    title="machines reach each other",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="open the way between the machines: routes, firewalls, security groups",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """UNKNOWN where the machine has no bash to try with."""
    names = {machine.name for machine in fleet.design.machines} - fleet.unreachable.keys()
    for name in sorted(fleet.fresh & fleet.facts.keys()):
        reached = fleet.facts[name].find(reach.FACT)
        if reached is None:
            yield CHECK.found(Verdict.UNKNOWN, "could not be tried", where=name)
            continue
        lost = sorted(names - reached - {name})
        message = f"does not reach {', '.join(lost)}" if lost else "reaches all"
        yield CHECK.found(Verdict.FAIL if lost else Verdict.PASS, message, where=name)
