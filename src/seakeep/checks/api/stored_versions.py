"""No object of a custom type may still be stored in a version that is on its way out.

What: status.storedVersions of each CustomResourceDefinition, against what its spec says of those versions: served,
and not deprecated. Why: a version in which something may be stored cannot be taken out of the definition, and once it
is no longer served, whoever still writes with it is refused. Built-in types are not judged by it: an API server stores
them in versions of its own choice and reads every older one. Evidence: the stored versions, and the one that is written
today. Fix: write every object once (a StorageVersionMigration, or `kubectl get TYPE -A -o json | kubectl replace -f
-`), then take the version out of status.storedVersions.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings, text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="API008",
    title="nothing is stored in a version on its way out",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("CustomResourceDefinition",),
    remediation="write every object once, then take the version out of status.storedVersions",
    references=(
        "https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definition-versioning/",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """A definition in a file has no status: the question does not arise."""
    stored = texts(mapping(manifest.body, "status"), "storedVersions")
    if not stored:
        return MOOT
    versions = {text(each, "name"): each for _, each in mappings(manifest.spec, "versions")}
    written = next((name for name, each in versions.items() if each.get("storage") is True), "")
    for name in stored:
        version = versions.get(name, {})
        if name == written:
            continue
        gone = "is not served any more" if version.get("served") is not True else "is deprecated"
        if version.get("served") is not True or version.get("deprecated") is True:
            said = f"objects may still be stored as {name}, which {gone}; {written or 'no version'} is written today"
            return bad(said, ("status", "storedVersions"), stored=stored, written=written)
    return None
