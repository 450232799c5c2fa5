"""The version of an object will still be there after the next upgrades.

What: apiVersion and kind are not deprecated in the target's minor, and something takes their place there. Why: the
release that removes it is known. Evidence: since when, until when, and what takes its place. Fix: `seakeep convert
PATH`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle, successor

CHECK = Check(
    id="API002",
    title="the API version is not deprecated",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use the version that takes its place: seakeep convert PATH",
    references=("https://kubernetes.io/docs/reference/using-api/deprecation-guide/",),
    equivalents=(
        "kube-score:stable-version",
        "gatekeeper:verifydeprecatedapi",
        "popeye:POP-403",
    ),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """What is removed is for API001."""
    known = lifecycle(manifest.api_version, manifest.kind)
    if known is None:
        return MOOT
    target = index.policy.target
    if known.deprecated is None or target < known.deprecated or (known.removed and known.removed <= target):
        return None
    place = successor(known, target)
    until = f"; {known.removed[0]}.{known.removed[1]} removes it" if known.removed else ""
    hint = f"; use {' '.join(place)}" if place else ""
    since = f"{known.deprecated[0]}.{known.deprecated[1]}"
    message = f"{manifest.api_version} {manifest.kind} is deprecated since {since}{until}{hint}"
    return bad(message, ("apiVersion",), since=since, replacement=" ".join(place) if place else None)
