"""Network policies are enforced.

What: the network plugin of the file enforces NetworkPolicies: Flannel alone does not. Why: policies that nobody
enforces look like protection. Evidence: the plugin of the file. Fix: a plugin that enforces them.
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
    remediation="a plugin that enforces them",
    equivalents=(
        "cis-1.12:5.3.1",
        "kubescape:C-0205",
    ),
)

ENFORCING = frozenset({"calico", "cilium"})


def judge(live: Live) -> Iterable[Note]:
    """By the plugin's name."""
    cni = live.design.network.cni
    policies = len(live.index.of("NetworkPolicy"))
    if cni in ENFORCING:
        yield good("network", f"{cni} enforces them")
    else:
        yield wrong("network", f"{cni} does not enforce them; there are {policies}")
