"""The file behind an object is one that can be applied again.

What: in a living cluster, the apiVersion in the annotation kubectl.kubernetes.io/last-applied-configuration and in
managedFields is served by the target. A hint, which is shown and fails nothing: the object itself is fine, whatever
version wrote it, and what wrote it may since have been changed. Who still calls removed versions is LIV030's matter.
Why: the next apply fails after the upgrade. Evidence: where the version was seen. Fix: the version
in the file.
"""

import re

from seakeep.checks.base import MOOT, Answer, Check, Scope, hint
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.apis import lifecycle

CHECK = Check(
    id="API005",
    title="what was last applied is still served",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="change the version in the file that it was applied from",
)


APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
VERSION = re.compile(r'"apiVersion":"([\w./-]+)"')


def judge(manifest: Manifest, index: Index) -> Answer:
    """An annotation in a file says nothing."""
    if not index.policy.complete:
        return MOOT
    seen = {
        f"managedFields of {text(each, 'manager')}": text(each, "apiVersion")
        for _, each in mappings(manifest.metadata, "managedFields")
    }
    match = VERSION.search(manifest.annotations.get(APPLIED, ""))
    if match is not None:
        seen["last-applied-configuration"] = match[1]
    for where, version in seen.items():
        known = lifecycle(version, manifest.kind)
        if known is not None and known.removed is not None and known.removed <= index.policy.target:
            return hint(f"{where} names {version}, which {known.removed[0]}.{known.removed[1]} removed", ("metadata",))
    return None
