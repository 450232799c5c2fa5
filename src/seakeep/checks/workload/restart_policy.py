"""Pods that serve are restarted, and pods that end may end.

What: restartPolicy is Always, or not given, for what keeps pods running, and OnFailure or Never for Jobs and
CronJobs, whose default does not fit. Why: the API server refuses the object. Evidence: the policy. Fix: OnFailure for
Jobs, nothing for the others.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.pods import BATCH, Pod

CHECK = Check(
    id="POD052",
    title="the restart policy fits the kind",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.POD,
    remediation="set restartPolicy: OnFailure for Jobs, Always for what serves",
    fixable=True,
    equivalents=(
        "kube-score:cronjob-restartpolicy",
        "kube-linter:restart-policy",
    ),
)

SERVE = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController"})


def judge(pod: Pod, _: Index) -> Answer:
    """A Pod of its own may have any."""
    found, kind = text(pod.spec, "restartPolicy"), pod.manifest.type
    path = pod.at("restartPolicy")
    if kind in SERVE:
        if found in {"", "Always"}:
            return None
        return bad(f"a {kind} cannot have pods with restartPolicy {found}", path, fix=(drop(path),))
    if kind in BATCH:
        if found in {"OnFailure", "Never"}:
            return None
        return bad(f"a {kind} needs restartPolicy OnFailure or Never", path)
    return MOOT
