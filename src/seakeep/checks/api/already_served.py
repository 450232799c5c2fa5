"""The version of an object is not newer than the cluster.

What: apiVersion and kind were introduced by the target's minor or before. Why: the object is refused by a cluster
that is not upgraded yet. Evidence: the minor that brought it. Fix: an older version, or the upgrade first.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle

CHECK = Check(
    id="API003",
    title="the target version already has the API version",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="upgrade first, or use an older version",
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Types of others are not known."""
    known = lifecycle(manifest.api_version, manifest.kind)
    if known is None:
        return MOOT
    if known.introduced <= index.policy.target:
        return None
    since = f"{known.introduced[0]}.{known.introduced[1]}"
    return bad(f"{manifest.api_version} {manifest.kind} comes with {since}", ("apiVersion",), introduced=since)
