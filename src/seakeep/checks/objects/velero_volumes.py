"""Backups hold the data, and not only the objects.

What: a Velero backup does not switch volumes off: neither `snapshotVolumes: false` without defaultVolumesToFsBackup,
nor persistentvolumeclaims among the excluded. Why: a restore would bring empty volumes. Evidence: the backup's
template. Fix: `defaultVolumesToFsBackup: true`, or snapshots.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import Path, mapping, texts
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="VEL002",
    title="backups hold the data",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("velero.io/Schedule", "velero.io/Backup"),
    remediation="defaultVolumesToFsBackup: true, or snapshots of volumes",
)

_VOLUMES = frozenset({"persistentvolumeclaims", "persistentvolumes", "pvc", "pv"})


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """A Schedule has the backup's spec as its template."""
    path: Path = ("spec", "template") if each.kind == "Schedule" else ("spec",)
    spec = mapping(each.body, *path)
    if spec.get("snapshotVolumes") is False and spec.get("defaultVolumesToFsBackup") is not True:
        yield bad("volumes are neither snapshot nor copied", (*path, "snapshotVolumes"))
    if left := sorted(_VOLUMES & set(texts(spec, "excludedResources"))):
        yield bad(f"{', '.join(left)} are left out", (*path, "excludedResources"))
