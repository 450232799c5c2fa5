"""Whoever approves requests for certificates can be a node, or anybody.

What: update or patch on certificatesigningrequests/approval, together with approve on signers it is complete; either
is said. Why: a certificate for system:masters cannot be taken back before it ends. Evidence: the rule, and everybody
who has it by which binding. Fix: an approver for one signer, by name.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC016",
    title="certificates are not approved by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant approve for one signer by name",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0280",
        "checkov:CKV_K8S_156",
        "rbac-police:approve_csrs",
        "cis-1.12:5.1.11",
    ),
)

POWERS = (
    Power("approve certificates", "update patch", "certificates.k8s.io/certificatesigningrequests/approval"),
    Power("approve certificates of any signer", "approve sign", "certificates.k8s.io/signers"),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
