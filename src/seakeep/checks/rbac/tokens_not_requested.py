"""Whoever asks for tokens is every account.

What: create on serviceaccounts/token without names. Why: one request gives the token of any account of the namespace.
Evidence: the rule, and everybody who has it by which binding. Fix: name the accounts.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC012",
    title="nobody asks for tokens of accounts by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="name the accounts in resourceNames",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "kubescape:C-0282",
        "rbac-police:token_request",
        "cis-1.12:5.1.13",
    ),
)

POWERS = (Power("have tokens of any account", "create", "/serviceaccounts/token"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
