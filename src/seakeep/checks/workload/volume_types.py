"""A pod uses only volumes that are its own or come from a claim.

What: volumes are configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret.
hostPath is a question of its own (POD019). Why: all others name a storage server or a disk in the pod, past
StorageClasses, quotas and topology; most left Kubernetes, and a gitRepo runs what a repository says on the node, as
root. Evidence: the kind. Fix: a PersistentVolumeClaim; an init container that clones, for gitRepo.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD027",
    title="volumes are of kinds that every cluster has",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="use a PersistentVolumeClaim",
    references=("https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted",),
    equivalents=(
        "gatekeeper:volumes",
        "gatekeeper:flexvolume-drivers",
    ),
)

USUAL = {
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "hostPath", "image", "name", "persistentVolumeClaim",
    "projected", "secret",
}  # fmt: skip
GONE = {
    "gitRepo": "kubelets refuse it since 1.33, and it runs what the repository says on the node as root",
    "flexVolume": "it needs a program on every node, and is deprecated for CSI",
    "glusterfs": "it was removed in 1.26", "storageos": "it was removed in 1.25", "flocker": "it was removed in 1.25",
    "quobyte": "it was removed in 1.25", "cephfs": "it was removed in 1.31", "rbd": "it was removed in 1.31",
    "scaleIO": "it was removed in 1.22",
}  # fmt: skip


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """Unknown fields are for the schema checks; these are known and unusual."""
    if "volumes" not in pod.spec:
        return
    for position, volume in mappings(pod.spec, "volumes"):
        for kind in volume.keys() - USUAL:
            reason = GONE.get(kind, "it names storage past any claim")
            yield bad(f"volume {text(volume, 'name')} is a {kind}: {reason}", pod.at("volumes", position, kind))
