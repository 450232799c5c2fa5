"""Network policies are enforced.

What: the file names something that enforces NetworkPolicies: Flannel alone does not. Why: policies that nobody
enforces look like protection. Evidence: the enforcer and the plugin of the file; SEC014 measures it where there are
tenants. Fix: policyEnforcer: kube-router, or a plugin that enforces them.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV020",
    title="network policies are enforced",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="`network: {policyEnforcer: kube-router}`, or a plugin that enforces them",
    equivalents=(
        "cis-1.12:5.3.1",
        "kubescape:C-0205",
    ),
)

ENFORCING = frozenset({"calico", "cilium"})


def judge(live: Live) -> Iterable[Note]:
    """By the names of the enforcer and the plugin."""
    cni, enforcer = live.design.network.cni, live.design.network.policy_enforcer
    policies = len(live.index.of("NetworkPolicy"))
    if enforcer is not None or cni in ENFORCING:
        yield good("network", f"{enforcer or cni} enforces them")
    else:
        yield wrong("network", f"{cni} does not enforce them; there are {policies}")
