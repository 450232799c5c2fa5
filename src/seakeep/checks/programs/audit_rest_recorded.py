"""The audit log leaves no request out that nobody thought of.

What: a request of a kind that no rule names is recorded. Why: what a policy does not mention is not written down.
Evidence: the decision for a resource that no rule names. Fix: end with `- level: Metadata`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.programs.audit import decide, is_policy
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB145",
    title="the audit log leaves nothing out by oversight",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    types=("Policy",),
    remediation="end the rules with {level: Metadata}",
)


def judge(each: Manifest, _: Index) -> Answer:
    """A change of a resource of a group that nobody has."""
    if not is_policy(each) or not listing(each.body, "rules"):
        return MOOT
    decision = decide(each, "delete", "seakeep.example", "things")
    if decision.level != "None":
        return None
    return bad("what no rule names is not recorded", decision.path)
