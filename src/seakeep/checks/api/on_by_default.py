"""An object needs no setting of the API server that may be missing.

What: apiVersion and kind are served by default: no alpha version is, and no beta version that came with 1.24 or
later. Why: the object is refused where --runtime-config does not name the version, and the version goes away on short
notice. Evidence: the version. Fix: a stable version where there is one.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle, successor

CHECK = Check(
    id="API004",
    title="the API version is on without being switched on",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use a stable version, or switch it on with --runtime-config",
    references=("https://kubernetes.io/docs/reference/using-api/deprecation-policy/",),
    equivalents=("kube-score:stable-version",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """What the target does not serve at all is for API001 and API003."""
    known = lifecycle(manifest.api_version, manifest.kind)
    if known is None:
        return MOOT
    if known.on_by_default or not known.served(index.policy.target):
        return None
    place = successor(known, index.policy.target)
    hint = f"; {' '.join(place)} is" if place else ""
    return bad(f"{manifest.api_version} is not served unless it is switched on{hint}", ("apiVersion",))
