"""Whoever writes the status of Services takes over addresses.

What: update or patch on services/status. Why: an address in status.loadBalancer.ingress is then answered by the
Service on every node (CVE-2020-8554). Evidence: the rule, and everybody who has it by which binding. Fix: grant it to
the load balancer controller alone.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC021",
    title="the status of Services is not changed by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it to the load balancer controller alone",
    references=("https://github.com/kubernetes/kubernetes/issues/97076",),
    equivalents=(
        "checkov:CKV2_K8S_4",
        "rbac-police:modify_service_status_cve_2020_8554",
    ),
)

POWERS = (Power("write the status of Services", "update patch", "/services/status"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
