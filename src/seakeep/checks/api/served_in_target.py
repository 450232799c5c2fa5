"""The version of an object is one that the cluster serves.

What: apiVersion and kind were not removed up to the target's minor, by the lifecycle marks that API servers
themselves obey. Why: the object is refused, and so is every update of what was once created with it. Evidence: the
minor that removed it, and what takes its place there. Fix: `seakeep convert PATH`, which says what a person must
decide.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle, successor

CHECK = Check(
    id="API001",
    title="the target version serves the API version",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use the version that takes its place: seakeep convert PATH",
    references=("https://kubernetes.io/docs/reference/using-api/deprecation-guide/",),
    equivalents=(
        "kube-linter:no-extensions-v1beta",
        "kube-score:stable-version",
        "gatekeeper:verifydeprecatedapi",
        "popeye:POP-403",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Types of others are not known."""
    known = lifecycle(manifest.api_version, manifest.kind)
    if known is None:
        return MOOT
    target = index.policy.target
    if known.removed is None or target < known.removed:
        return None
    place = successor(known, target)
    hint = (
        f"use {place[0]} {place[1] if place[1] != manifest.kind else ''}".rstrip()
        if place
        else "nothing takes its place"
    )
    removed = f"{known.removed[0]}.{known.removed[1]}"
    message = f"{manifest.api_version} {manifest.kind} was removed in {removed}; {hint}"
    return bad(message, ("apiVersion",), removed=removed, replacement=" ".join(place) if place else None)
