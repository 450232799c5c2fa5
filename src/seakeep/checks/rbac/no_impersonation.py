"""Whoever impersonates is whom they like.

What: impersonate on users, groups, serviceaccounts, uids or userextras without names. Why: system:masters is a group
like others: it takes one header. Evidence: the rule, and everybody who has it by which binding. Fix: name the users
and groups, and leave system:masters out.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC013",
    title="nobody is somebody else",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="name whom they may be in resourceNames",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0065",
        "kubescape:C-0191",
        "checkov:CKV2_K8S_3",
        "rbac-police:impersonate",
        "kubeeye:CanImpersonateUser",
        "cis-1.12:5.1.8",
    ),
)

POWERS = (
    Power(
        "impersonate",
        "impersonate",
        "/users /groups /serviceaccounts authentication.k8s.io/userextras authentication.k8s.io/uids",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
