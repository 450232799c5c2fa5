"""Whoever writes ServiceAccounts gives themselves a role in the cloud.

What: create, update or patch on serviceaccounts. Why: an annotation on the account is what cloud providers read to
hand out credentials of a role. Evidence: the rule, and everybody who has it by which binding. Fix: grant it to the
pipeline that deploys, per namespace.
"""

from seakeep.checks.base import Answer, Check, Scope
from seakeep.checks.rbac.powers import ASKED, Power, power_answer
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="RBAC026",
    title="ServiceAccounts are not changed by the way",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=ASKED,
    remediation="grant it per namespace, to the pipeline that deploys",
    references=("https://kubernetes.io/docs/concepts/security/rbac-good-practices/",),
    equivalents=("rbac-police:providerIAM",),
)

POWERS = (Power("write ServiceAccounts", "create update patch", "/serviceaccounts"),)


def judge(manifest: Manifest, index: Index) -> Answer:
    """See seakeep.checks.rbac.powers."""
    return power_answer(manifest, index, *POWERS)
