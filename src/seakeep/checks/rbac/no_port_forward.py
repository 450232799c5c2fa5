"""Whoever forwards ports goes past network policies.

What: create or get on pods/portforward, pods/proxy and services/proxy. Why: the connection comes from the kubelet or
the API server, which policies let through; databases that trust the network are open. Evidence: the rule, and
everybody who has it by which binding. Fix: grant it in one namespace.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC010",
    title="nobody reaches ports of pods by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it in one namespace",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=("kubescape:C-0063",),
)

POWERS = (Power("reach any port of pods", "create get", "/pods/portforward /pods/proxy /services/proxy"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
