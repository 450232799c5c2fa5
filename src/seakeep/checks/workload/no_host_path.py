"""A pod uses no directory of the node.

What: no volume is a hostPath. Why: its contents differ from node to node, stay when the pod goes, count against no
quota, and are a way to the node. Evidence: the volumes. Fix: a PersistentVolumeClaim, a local volume, an emptyDir or
a ConfigMap. POD020 and POD021 say which of them are worse.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.views import host_paths
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD019",
    title="no part of the node's disk is mounted",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="use a PersistentVolumeClaim, an emptyDir or a local volume",
    references=("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",),
    equivalents=(
        "polaris:hostPathSet",
        "kubescape:C-0048",
        "kubescape:C-0203",
        "gatekeeper:host-filesystem",
        "gatekeeper:volumes",
        "cis-1.12:5.2.11",
    ),
)


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """One note for each volume."""
    for path, name, where in host_paths(pod):
        yield bad(f"volume {name} is {where} of the node", path)
