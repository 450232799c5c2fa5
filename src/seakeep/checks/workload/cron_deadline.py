"""A CronJob that was missed is not forgotten for good.

What: startingDeadlineSeconds is given, and is 10 or more. Why: without it the controller counts every missed time
since the last run, and after a hundred (a cluster that was down for two hours, a job of every minute) it never starts
the job again until somebody looks; below ten seconds the controller may never be in time. Evidence: the field. Fix:
startingDeadlineSeconds, shorter than the interval.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import number
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD051",
    title="a CronJob says how late it may start",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("CronJob",),
    remediation="set startingDeadlineSeconds",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#job-creation",),
    equivalents=("kube-score:cronjob-has-deadline",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The controller looks every ten seconds."""
    found = number(manifest.spec, "startingDeadlineSeconds")
    path = ("spec", "startingDeadlineSeconds")
    if found is None:
        return bad("it does not say how late it may start", path)
    return bad(f"{found} s may pass before the controller looks", path) if found < 10 else None
