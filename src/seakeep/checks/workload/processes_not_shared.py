"""A container of a pod cannot read its neighbour's memory and files.

What: shareProcessNamespace is not true. Why: each container then reads the environment of the others, and through
/proc/PID/root their files and secrets. Evidence: the field. Fix: remove it; an ephemeral container with a target
shows processes when it is needed.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD070",
    title="containers do not see each other's processes",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="remove shareProcessNamespace",
    references=("https://kubernetes.io/docs/tasks/configure-pod-container/share-process-namespace/",),
)


def judge(pod: Pod, _: Index) -> Answer:
    """The pod's field."""
    found = pod.spec.get("shareProcessNamespace") is True
    return bad("its containers see each other's processes", pod.at("shareProcessNamespace")) if found else None
