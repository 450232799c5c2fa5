"""A tenant is kept out of other namespaces.

What: in the name of each group the Secrets and pods of every other tenant, of default and of kube-system are asked
for, and a pod is made there for a dry run; all of it is refused. Why: one binding too many, and a tenant reads
another's passwords. Evidence: the API's answers to requests that impersonate the group. Fix: remove the binding that
gives more: `seakeep kubectl -- get rolebindings,clusterrolebindings -A -o wide` names it.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC009",
    title="a tenant is kept out of other namespaces",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="remove the binding that gives the group more than the file does",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-apart")
