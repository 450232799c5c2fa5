"""A container cannot change its own programs.

What: readOnlyRootFilesystem is true on every container, init ones too; it has no default at the level of the pod.
Ephemeral containers are for debugging and are not asked, nor is Windows, which has no such thing. Why: what breaks in
cannot leave anything behind, and what writes outside volumes fills the node's disk. Evidence: the container's field.
Fix: set it, and mount an emptyDir where the program writes.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.checks.workload.views import windows
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Container, Role

CHECK = Check(
    id="POD012",
    title="the root file system is read-only",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.CONTAINER,
    roles=(Role.APP, Role.INIT, Role.SIDECAR),
    remediation="set securityContext.readOnlyRootFilesystem: true, and mount an emptyDir where it writes",
    equivalents=(
        "kube-linter:no-read-only-root-fs",
        "kube-score:container-security-context-readonlyrootfilesystem",
        "polaris:notReadOnlyRootFilesystem",
        "kubescape:C-0017",
        "checkov:CKV_K8S_22",
        "gatekeeper:read-only-root-filesystem",
        "kubeeye:NotReadOnlyRootFilesystem",
    ),
)


def judge(container: Container, _: Index) -> Answer:
    """Not inherited."""
    if container.own_security.get("readOnlyRootFilesystem") is True:
        return None
    if windows(container.pod):
        return MOOT
    path = container.at("securityContext", "readOnlyRootFilesystem")
    return bad(f"container {container.name} may write to its root file system", path)
