"""When nodes are full, somebody has said who goes first.

What: priorityClassName is given, and the class is among the objects or Kubernetes' own where everything was read.
INFO: a cluster with a default class needs it in no pod. Why: without classes, batch work keeps what customers wait
for from being scheduled. Evidence: the name. Fix: a PriorityClass for each order of importance.
"""

from seakeep.checks.base import Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import Pod

CHECK = Check(
    id="POD049",
    title="pods have a priority",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="set priorityClassName",
    references=("https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/",),
    equivalents=(
        "kube-linter:priority-class-name",
        "polaris:priorityClassNotSet",
        "kubeeye:NoPriorityClassName",
    ),
)

OWN = frozenset({"system-cluster-critical", "system-node-critical"})


def judge(pod: Pod, index: Index) -> Answer:
    """Served pods have the default's name filled in."""
    name = text(pod.spec, "priorityClassName")
    path = pod.at("priorityClassName")
    if not name:
        if any(each.body.get("globalDefault") is True for each in index.of("PriorityClass")):
            return None
        return bad("its pods have no priority", path)
    if name in OWN or not index.policy.complete or index.get("PriorityClass", "", name) is not None:
        return None
    return Note(message=f"there is no PriorityClass {name}", path=path, severity=Severity.ERROR)
