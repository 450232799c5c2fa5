"""The kubelet can limit and count with the machine's cgroups.

What: cgroup version 2. Why: Kubernetes 1.35 and later refuse version 1 unless told otherwise, and memory limits of
version 1 are weaker. Evidence: the type of /sys/fs/cgroup. Fix: boot with systemd.unified_cgroup_hierarchy=1.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import system

CHECK = Check(
    id="PRE005",
    scope=Scope.PREFLIGHT,
    title="cgroup version 2",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="boot the machine with systemd.unified_cgroup_hierarchy=1",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """A machine that is a container has its host's cgroups: there it is a warning."""
    for name, facts in sorted(fleet.facts.items()):
        found = facts.get(system.FACT)
        if not fleet.design.machine(name).is_node:
            continue
        verdict = Verdict.PASS if found.cgroup_version == 2 else Verdict.FAIL
        severity = Severity.WARNING if found.nested else Severity.ERROR
        yield CHECK.found(verdict, f"version {found.cgroup_version}", where=name, severity=severity)
