"""Whoever changes admission reads and changes every request.

What: create, update, patch or delete on webhook configurations and admission policies. Why: a webhook sees every
Secret that is written, and adds to every pod what it likes; one that is deleted refuses nothing any more. Evidence:
the rule, and everybody who has it by which binding. Fix: grant it to the installer alone.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC017",
    title="admission is not changed by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it to whoever installs admission, alone",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0281",
        "checkov:CKV_K8S_155",
        "rbac-police:control_webhooks",
        "cis-1.12:5.1.12",
    ),
)

POWERS = (
    Power(
        "change admission",
        "create update patch delete",
        "admissionregistration.k8s.io/mutatingwebhookconfigurations"
        " admissionregistration.k8s.io/validatingwebhookconfigurations"
        " admissionregistration.k8s.io/validatingadmissionpolicies"
        " admissionregistration.k8s.io/validatingadmissionpolicybindings"
        " admissionregistration.k8s.io/mutatingadmissionpolicies"
        " admissionregistration.k8s.io/mutatingadmissionpolicybindings",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
