"""A container cannot write to the node's disk.

What: every mount of a hostPath volume says readOnly: true. Why: a file that is written to the node is started by the
next boot, the next login or the kubelet. Evidence: the mounts. Fix: readOnly: true, and recursiveReadOnly: Enabled
where file systems lie below; what must keep data gets a volume of its own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.workload.views import host_paths, mounts
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD021",
    title="the node's disk is mounted read-only",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="set readOnly: true on the mount",
    references=("https://kubernetes.io/docs/concepts/storage/volumes/#hostpath",),
    equivalents=(
        "kube-linter:writable-host-mount",
        "kubescape:C-0045",
        "gatekeeper:host-filesystem",
    ),
)


def judge(pod: Pod, _: Index) -> Iterator[Note]:
    """One note for each mount."""
    for _path, name, where in host_paths(pod):
        for container in pod.containers:
            for path, mount in mounts(container, name):
                if mount.get("readOnly") is not True:
                    yield bad(f"container {container.name} may write to {where} of the node", path)
