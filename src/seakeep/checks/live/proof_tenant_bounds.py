"""A tenant does not change what bounds it.

What: in the name of each group its quota, limits, network policies, role, bindings and namespace are changed or
deleted for a dry run; all of it is refused. Why: bounds that can be moved from within bound nobody. Evidence: the
API's answers to requests that impersonate the group. Fix: remove the binding that gives more.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC012",
    title="a tenant does not change what bounds it",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="remove the binding that gives the group more than the file does",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-bounds")
