"""etcd's disk makes small writes durable quickly.

What: the 99th percentile of 200 synchronous writes of 2300 bytes in etcd's data directory. Why: every write of the
cluster waits for it; etcd's FAQ asks for less than 10 ms, and slow disks end in lost leaders. Evidence: the measured
times. Fix: a local SSD of its own, or a waiver with owner, reason and expiry.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts import fsync

LIMIT_MS = 10.0

CHECK = Check(
    id="PRE011",
    scope=Scope.PREFLIGHT,
    title="etcd's disk is fast enough",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="give etcd a local SSD of its own (etcd.dataDir), or waive the check with a reason",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """A warning in the lab, whose machines share one disk with everything else."""
    severity = Severity.WARNING if fleet.lab else Severity.ERROR
    for name in sorted(fleet.fresh & fleet.facts.keys()):
        if not fleet.design.machine(name).has(Role.ETCD):
            continue
        times = fleet.facts[name].find(fsync.FACT)
        if times is None:
            yield CHECK.found(Verdict.UNKNOWN, "could not be measured", where=name, severity=severity)
            continue
        verdict = Verdict.PASS if times.p99 <= LIMIT_MS else Verdict.FAIL
        message = f"p99 {times.p99:.1f} ms, p50 {times.p50:.1f} ms over {times.samples} writes; limit {LIMIT_MS:.0f} ms"
        yield CHECK.found(verdict, message, where=name, severity=severity)
