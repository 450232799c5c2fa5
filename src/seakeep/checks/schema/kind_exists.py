"""Kubernetes has, or once had, a kind of that name in that group and version.

What: apiVersion and kind of objects of built-in groups. A kind that existed once is for API001; a group of somebody
else is for SCH006. Why: `kind: Deployment` of `v1` is refused by every server. Evidence: the pair, and where a kind
of that name is. Fix: the right apiVersion.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.checks.schema.fields import Validated
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle

CHECK = Check(
    id="SCH005",
    title="the kind exists in its group",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="use the kind's right apiVersion",
    equivalents=("kube-linter:schema-validation",),
)

NO_OBJECTS = frozenset({("v1", "Config"), ("v1", "EncryptionConfig"), ("v1", "List")})
"""Files of programs that look like objects of the core group."""


def judge(manifest: Manifest, index: Index) -> Answer:
    """By the schema of the target, and what is known of all minors."""
    if (manifest.api_version, manifest.kind) in NO_OBJECTS or manifest.kind.endswith("Review"):
        return MOOT
    validated = index.once(Validated)
    if manifest.group not in validated.schema.groups and manifest.group != "extensions":
        return MOOT
    if validated.shape(manifest) is not None or lifecycle(manifest.api_version, manifest.kind) is not None:
        return None
    homes = sorted(each.partition(" ")[0] for each in validated.schema.kinds if each.endswith(f" {manifest.kind}"))
    hint = f"; it is in {' and '.join(homes)}" if homes else ""
    return bad(f"there is no {manifest.kind} in {manifest.api_version}{hint}", ("apiVersion",), served=homes)
