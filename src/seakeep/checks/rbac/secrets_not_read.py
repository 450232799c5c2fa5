"""Whoever reads all Secrets of a namespace is everybody who has one there.

What: get, list or watch on secrets without names. A rule that names its Secrets passes; list and watch cannot be
limited so. Why: a list shows the contents too, and the tokens and passwords of every application are among them.
Evidence: the rule, and everybody who has it by which binding. Fix: name the Secrets, and use get.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC004",
    title="Secrets are not read by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="name the Secrets in resourceNames, and grant get alone",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kube-linter:access-to-secrets",
        "kubescape:C-0015",
        "kubescape:C-0186",
        "checkov:CKV2_K8S_5",
        "rbac-police:list_secrets",
        "rbac-police:retrieve_token_secrets",
        "cis-1.12:5.1.2",
    ),
)

POWERS = (Power("read all Secrets", "get list watch", "/secrets"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
