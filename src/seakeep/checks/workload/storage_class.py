"""A claim gets the disk that its author had in mind.

What: PersistentVolumeClaims and claim templates have a storageClassName, or there is a default class among the
objects; the name exists where everything was read; the annotation of the old form is not used. An empty name asks for
a volume that a person made. Why: the default differs from cluster to cluster, and without one the claim waits for
good. Evidence: the name. Fix: storageClassName.
"""

from seakeep.checks.base import MOOT, Answer, Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import Path, mapping, mappings
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD086",
    title="a claim says which storage it wants",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("PersistentVolumeClaim", "StatefulSet"),
    remediation="set storageClassName",
    references=("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#class-1",),
    equivalents=("gatekeeper:storageclass",),
)

OLD = "volume.beta.kubernetes.io/storage-class"
DEFAULT = "storageclass.kubernetes.io/is-default-class"


def judge(manifest: Manifest, index: Index) -> Answer:
    """A claim is one; a StatefulSet has some or none."""
    if manifest.type == "PersistentVolumeClaim":
        return _one(manifest.spec, OLD in manifest.annotations, ("spec",), index)
    if "volumeClaimTemplates" not in manifest.spec:
        return MOOT
    return [
        note
        for position, each in mappings(manifest.spec, "volumeClaimTemplates")
        if (note := _one(mapping(each, "spec"), False, ("spec", "volumeClaimTemplates", position, "spec"), index))
    ]


def _one(spec: JsonObject, old: bool, path: Path, index: Index) -> Note | None:
    if old:
        return bad(f"the annotation {OLD} is an old form of storageClassName", ("metadata", "annotations", OLD))
    name = spec.get("storageClassName")
    where = (*path, "storageClassName")
    if name is None:
        classes = index.of("StorageClass")
        if any(each.annotations.get(DEFAULT) == "true" for each in classes) or spec.get("volumeName"):
            return None
        return bad("it does not say which class of storage it wants", where)
    if index.policy.complete and isinstance(name, str) and name and index.get("StorageClass", "", name) is None:
        return bad(f"there is no StorageClass {name}", where)
    return None
