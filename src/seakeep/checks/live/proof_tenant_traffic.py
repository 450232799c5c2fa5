"""A tenant's pods are out of reach of others'.

What: for each tenant that is isolated, two of its pods and one of another namespace are started; the first two reach
each other, and the third reaches neither. Why: a network policy that no plugin enforces is stored like any other, and
looks like protection. Evidence: the connections that were tried, from within the pods, which are removed. Fix:
network: {policyEnforcer: kube-router}, or a network plugin that enforces policies; or network: {isolated: false} for a
tenant that need not be kept apart.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC014",
    title="a tenant's pods are out of reach of others'",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`policyEnforcer: kube-router` in spec.network; or `network: {isolated: false}` for this tenant",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried for each tenant that is to be isolated."""
    return proven(live, "tenant-traffic") if any(tenant.isolated for tenant in live.design.tenants) else ()
