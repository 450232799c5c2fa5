"""The machine is big enough for its roles.

What: cores and memory. Why: below these figures the services start and then starve: kubeadm's own floor for a
control-plane machine is 2 cores and 1700 MB. Evidence: nproc, MemTotal. Fix: a bigger machine, or fewer roles.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Machine, Role
from seakeep.facts import system

CHECK = Check(
    id="PRE003",
    scope=Scope.PREFLIGHT,
    title="machine has the cores and memory for its roles",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="give the machine more cores or memory, or take a role away from it",
)

_FLOOR = {
    Role.CONTROL_PLANE: (2, 1700),
    Role.ETCD: (1, 900),
    Role.WORKER: (1, 900),
    Role.LOAD_BALANCER: (1, 400),
}


def floor(machine: Machine) -> tuple[int, int]:
    """Cores: the largest need, because services share them. Memory in MiB: the sum, because they do not."""
    return max(_FLOOR[role][0] for role in machine.roles), sum(_FLOOR[role][1] for role in machine.roles)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Against the floor of each machine's mix of roles."""
    for name, facts in sorted(fleet.facts.items()):
        found = facts.get(system.FACT)
        cores, memory = floor(fleet.design.machine(name))
        good = found.cores >= cores and found.memory_mb >= memory
        message = f"{found.cores} cores and {found.memory_mb} MiB; its roles need {cores} and {memory}"
        yield CHECK.found(Verdict.PASS if good else Verdict.FAIL, message, where=name)
