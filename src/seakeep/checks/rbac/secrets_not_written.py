"""Whoever makes Secrets can have a token made for any account of the namespace.

What: create, update or patch on secrets. Why: a Secret of type service-account-token is filled with a token that
never ends, for the account that it names; and an application that reads its Secret does what the new one says.
Evidence: the rule, and everybody who has it by which binding. Fix: grant it to the controller that makes Secrets, in
its namespace.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC005",
    title="Secrets are not written by the way",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it to the one controller that needs it, in one namespace",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=(
        "rbac-police:issue_token_secrets",
        "rbac-police:retrieve_token_secrets",
    ),
)

POWERS = (Power("write Secrets", "create update patch", "/secrets"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
