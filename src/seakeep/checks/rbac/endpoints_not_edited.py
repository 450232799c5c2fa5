"""Whoever writes endpoints sends requests past network policies.

What: create, update or patch on endpoints and endpointslices. Why: an Ingress or load balancer that follows them
reaches addresses that its own policies allow and the author's do not (CVE-2021-25740). Evidence: the rule, and
everybody who has it by which binding. Fix: take it out of roles for people; aggregated edit had it before 1.22.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC022",
    title="endpoints are not edited by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="remove endpoints and endpointslices from roles for people",
    references=("https://github.com/kubernetes/kubernetes/issues/103675",),
    equivalents=("gatekeeper:block-endpoint-edit-default-role",),
)

POWERS = (Power("write endpoints", "create update patch", "/endpoints discovery.k8s.io/endpointslices"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
