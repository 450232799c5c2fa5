"""The audit log does not hold secrets.

What: no request for secrets, tokens or token reviews is recorded with Request or RequestResponse. Why: their content
would lie in a file that more people read than may read secrets. Evidence: the first rule that matches each verb. Fix:
`level: Metadata` for them, before wider rules.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Scope, bad, put
from seakeep.checks.programs.audit import decide, is_policy, secret_requests
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="KUB144",
    title="the audit log does not hold secrets",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    types=("Policy",),
    remediation="level: Metadata for secrets, serviceaccounts/token and tokenreviews, before wider rules",
    fixable=True,
)


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """One note for each rule that records too much."""
    if not is_policy(each):
        yield MOOT
        return
    found: dict[Path, list[str]] = {}
    for verb, group, resource in secret_requests():
        decision = decide(each, verb, group, resource)
        if decision.level in {"Request", "RequestResponse"}:
            found.setdefault(decision.path, []).append(f"{verb} {resource}")
    for path, requests in found.items():
        only_secrets = len(path) == 2 and _is_narrow(each, path)
        fix = (put((*path, "level"), "Metadata"),) if only_secrets else ()
        yield bad(f"recorded with their content: {', '.join(requests)}", path, fix=fix, requests=list(requests))


def _is_narrow(each: Manifest, path: Path) -> bool:
    """Whether the rule is about secrets and nothing else, so that lowering it takes nothing away."""
    probe = decide(each, "get", "", "pods")
    other = decide(each, "get", "apps", "deployments")
    return path not in (probe.path, other.path)
