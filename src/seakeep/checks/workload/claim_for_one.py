"""Copies do not wait for a disk that another has.

What: what has several copies, or a rolling update, mounts no claim among the objects that is ReadWriteOncePod; and
what has several copies none that is ReadWriteOnce only. StatefulSets make a claim for each. Why: the second pod stays
in ContainerCreating, on another node, for good. Evidence: the claim and its access modes. Fix: a StatefulSet with
volumeClaimTemplates, one replica with strategy Recreate, or ReadWriteMany.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.scaling import copies
from seakeep.checks.workload.views import volumes
from seakeep.core.finding import Severity
from seakeep.manifests.access import text, texts
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD071",
    title="a claim for one node is not shared by copies",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    types=("Deployment", "argoproj.io/Rollout", "ReplicaSet"),
    remediation="use a StatefulSet, or a claim that is ReadWriteMany",
    references=("https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes",),
)

SHARED = frozenset({"ReadWriteMany", "ReadOnlyMany"})


def judge(pod: Pod, index: Index) -> Iterator[Note]:
    """One note for each claim."""
    if "volumes" not in pod.spec or copies(pod.manifest, index) < 2:
        return
    for path, _, source in volumes(pod, "persistentVolumeClaim"):
        claim = index.get("PersistentVolumeClaim", pod.namespace, text(source, "claimName"))
        modes = set(texts(claim.spec, "accessModes")) if claim is not None else set()
        if claim is not None and modes and not modes & SHARED:
            yield bad(f"its copies share claim {claim.name}, which only one node can have", path, modes=sorted(modes))
