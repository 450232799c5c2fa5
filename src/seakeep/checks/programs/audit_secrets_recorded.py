"""Whoever touches a secret is recorded.

What: every verb on secrets, tokens of service accounts and token reviews ends at Metadata or above. Why: a rule that
names `delete` and `patch` only misses get, list and watch, and reading is the attack. Evidence: the first rule that
matches each verb. Fix: `- {level: Metadata, resources: [{group: "", resources: [secrets, serviceaccounts/token]}]}`,
without verbs.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope, bad
from seakeep.checks.programs.audit import decide, is_policy, secret_requests
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB143",
    title="whoever touches a secret is recorded",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("Policy",),
    remediation="level: Metadata for secrets, serviceaccounts/token and tokenreviews, without verbs",
    equivalents=("cis-1.12:3.2.2", "kubescape:C-0161"),
)


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """One note for each rule that lets requests go by unrecorded, with the verbs."""
    if not is_policy(each):
        yield MOOT
        return
    missed: dict[Path, list[str]] = {}
    for verb, group, resource in secret_requests():
        decision = decide(each, verb, group, resource)
        if decision.level == "None":
            missed.setdefault(decision.path, []).append(f"{verb} {resource}")
    for path, requests in missed.items():
        yield bad(f"not recorded: {', '.join(requests)}", path, requests=list(requests))
