"""Passwords and keys are not configuration.

What: values of a ConfigMap whose key is called like one, files in it that give one a value, and texts that are a
private key or a token by their form. References, paths and placeholders pass. Why: whoever may read the namespace
reads ConfigMaps; they are not encrypted in etcd, and stand in repositories. Evidence: the key, never the value. Fix:
a Secret, and a new password.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.checks.workload.secrets import holds_secret, is_secret
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD085",
    title="no secret stands in a ConfigMap",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("ConfigMap",),
    remediation="move it to a Secret, and replace it: this one is known",
    equivalents=(
        "polaris:sensitiveConfigmapContent",
        "kubescape:C-0012",
    ),
)


def judge(manifest: Manifest, _: Index) -> Iterator[Note]:
    """One note for each key."""
    for key, value in mapping(manifest.body, "data").items():
        if not isinstance(value, str):
            continue
        if "\n" in value:
            found = holds_secret(value)
            if found:
                yield bad(f"{key} holds {found}", ("data", key))
        elif is_secret(key, value):
            yield bad(f"{key} is a secret", ("data", key))
