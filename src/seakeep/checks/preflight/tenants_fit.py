"""The workers can hold what each tenant may request.

What: the quota of each tenant against the processors and memory of all workers together. Why: a quota that the
machines can never hold promises what nobody can keep; the tenant meets pods that stay Pending instead of a clear
refusal. Evidence: nproc, MemTotal. Fix: a smaller quota, or more workers.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts import system
from seakeep.spec.fields import mebibytes, millicores

CHECK = Check(
    id="PRE015",
    scope=Scope.PREFLIGHT,
    title="the workers can hold what a tenant may request",
    severity=Severity.WARNING,
    since="0.1.0",
    remediation="make the tenant's quota smaller, or add workers",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Nothing is said while a worker is not read: what it has is not known."""
    workers = fleet.design.with_role(Role.WORKER)
    for tenant in fleet.design.tenants:
        where = f"tenant {tenant.name}"
        unread = [machine.name for machine in workers if machine.name not in fleet.facts]
        if unread:
            yield CHECK.found(Verdict.UNKNOWN, f"not read: {', '.join(unread)}", where=where)
            continue
        read = [fleet.facts[machine.name].get(system.FACT) for machine in workers]
        cores, memory = sum(each.cores for each in read), sum(each.memory_mb for each in read)
        quota = dict(tenant.quota)
        good = millicores(quota["requests.cpu"]) <= cores * 1000 and mebibytes(quota["requests.memory"]) <= memory
        message = (
            f"it may request {quota['requests.cpu']} processors and {quota['requests.memory']};"
            f" {len(workers)} workers have {cores} and {memory}Mi"
        )
        yield CHECK.found(Verdict.PASS if good else Verdict.FAIL, message, where=where)
