"""No two machines are the same machine.

What: machine-id and hostname. Why: cloned images share a machine-id, and leases, network identities and journals then
collide. Evidence: /etc/machine-id, the kernel's hostname. Fix: rm /etc/machine-id && systemd-machine-id-setup.
"""

from collections import Counter
from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import system

CHECK = Check(
    id="PRE007",
    scope=Scope.PREFLIGHT,
    title="machine-id and hostname are unique",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="rm /etc/machine-id && systemd-machine-id-setup; hostnamectl set-hostname NAME; reboot",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """An empty machine-id counts as a duplicate of nothing but is not an identity either."""
    found = {name: facts.get(system.FACT) for name, facts in fleet.facts.items()}
    ids = Counter(each.machine_id for each in found.values())
    hostnames = Counter(each.hostname for each in found.values())
    for name, each in sorted(found.items()):
        problems = []
        if not each.machine_id:
            problems.append("has no machine-id")
        elif ids[each.machine_id] > 1:
            problems.append(f"shares the machine-id {each.machine_id}")
        if hostnames[each.hostname] > 1:
            problems.append(f"shares the hostname {each.hostname}")
        yield CHECK.found(Verdict.FAIL if problems else Verdict.PASS, "; ".join(problems) or "unique", where=name)
