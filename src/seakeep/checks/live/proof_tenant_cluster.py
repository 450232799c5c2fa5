"""A tenant sees nothing of the cluster but its namespace.

What: in the name of each group nodes, namespaces, volumes, bindings and the Secrets of all namespaces are asked for;
all of it is refused. Why: who sees nodes and other namespaces knows where to push, and a right for the whole cluster
is one for every tenant. Evidence: the API's answers to requests that impersonate the group. Fix: remove the
ClusterRoleBinding that gives more.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven_of_tenants
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC013",
    title="a tenant sees nothing of the cluster",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="remove the ClusterRoleBinding that gives the group more",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant and group."""
    return proven_of_tenants(live, "tenant-cluster")
