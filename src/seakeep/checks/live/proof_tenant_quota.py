"""A tenant's quota holds.

What: a pod that asks for more memory than the whole quota, and one of a system priority class, are sent for a dry run
and refused. Why: a tenant without bounds takes the others' room, or pushes their pods out. Evidence: the API's
answers. Fix: `seakeep apply`, which restores the quotas.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC011",
    title="a tenant's quota holds",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`seakeep apply`, which restores the quotas",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-quota")
