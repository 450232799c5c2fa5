"""A cluster keeps its ranges for life.

What: the pod range, the service range, the block size of nodes, and each node's block are what they were. Why: pods,
Services and the certificates of API servers hold addresses of the old ranges; half a cluster would stop reaching the
other half. Evidence: the inventory of the last apply. Fix: restore the range; another one needs another cluster.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict

CHECK = Check(
    id="CHG001",
    title="ranges are kept",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="put the old value back; for other ranges make a second cluster and move what runs here to it",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each value that differs."""
    known, network = fleet.known, fleet.design.network
    if known is None or not known.whole:
        return
    pairs = (
        ("spec.network.podRange", known.pod_range, network.pod_range),
        ("spec.network.serviceRange", known.service_range, network.service_range),
        ("spec.network.nodePrefix", known.node_prefix, network.node_prefix),
    )
    wrong = [(where, old, new) for where, old, new in pairs if old != new]
    for where, old, new in wrong:
        yield CHECK.found(Verdict.FAIL, f"the cluster lives with {old}, the file says {new}", where=where)
    if wrong:
        return
    for machine in fleet.design.nodes:
        before = known.machine(machine.name)
        if before is not None and before.pod_cidr not in (None, machine.pod_cidr):
            message = f"the node lives with the block {before.pod_cidr}, the file gives it {machine.pod_cidr}"
            yield CHECK.found(Verdict.FAIL, message, where=machine.name)
