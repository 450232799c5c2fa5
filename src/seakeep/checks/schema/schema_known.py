"""There is something to compare the object with.

What: objects of groups that are not built in have a CustomResourceDefinition among the objects. Where there is none,
their fields were not judged, and this says so: UNKNOWN. Files that programs read (kubelet, kubeadm, audit policy)
have checks of their own. Why: a typing mistake in such an object is found by nobody. Evidence: the type. Fix: give
the CustomResourceDefinitions along with the objects.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, unsure
from seakeep.checks.schema.fields import Validated
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH006",
    title="the schema of the type is known",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("*",),
    remediation="check the CustomResourceDefinition along with it",
    equivalents=("kube-linter:schema-validation",),
)


def judge(manifest: Manifest, index: Index) -> Answer:
    """Groups of configuration files are not served by any API."""
    validated = index.once(Validated)
    group = manifest.group
    if group in validated.schema.groups or group == "extensions" or manifest.configures:
        return MOOT
    if validated.shape(manifest) is not None:
        return None
    if index.policy.complete:
        # What a server serves was compared with its schema when it was written.
        return MOOT
    return unsure(f"no CustomResourceDefinition of {manifest.api_version} {manifest.kind} is here to compare with")
