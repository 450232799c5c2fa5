"""An audit policy has rules, each with a level.

What: one rule or more, with a level that is None, Metadata, Request or RequestResponse. Why: the API server does not
start with none, or with a level that it does not know. Evidence: the rules. Fix: end with `- level: Metadata`.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope, bad
from seakeep.checks.programs.audit import LEVELS, is_policy
from seakeep.checks.programs.wording import said
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB142",
    title="an audit policy has rules with levels",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("Policy",),
    remediation="rules: [..., {level: Metadata}]",
)


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """Rules one by one."""
    if not is_policy(each):
        yield MOOT
        return
    rules = mappings(each.body, "rules")
    if not rules:
        yield bad("it has no rules", ("rules",))
    for number, rule in rules:
        if rule.get("level") not in LEVELS:
            yield bad(f"level {said(rule.get('level'))} is none of {', '.join(LEVELS)}", ("rules", number))
