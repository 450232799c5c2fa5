"""A tenant's group works in its namespace.

What: in the name of each group Deployments are listed and, where the role makes any, one is made for a dry run. Why:
a right that nobody can use is none, and the other proofs would hold for a group that is bound to nothing. Evidence:
the API's answers to requests that impersonate the group. Fix: `seakeep apply`, which restores the Role and its
binding.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC008",
    title="a tenant's group works in its namespace",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`seakeep apply`, which restores the Role and its binding",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-works")
