"""A tenant's privileged pod is refused.

What: a privileged pod, one that tolerates the control plane's taint and one that names its node are sent for a dry
run, and each is refused for that reason. Why: a tenant with a privileged pod owns its node and everything on it.
Evidence: the API's answers. Fix: `seakeep apply`, which restores the namespace's labels and the admission policy.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC010",
    title="a tenant's privileged pod is refused",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`seakeep apply`, which restores the namespace's labels and the admission policy",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-privileged")
