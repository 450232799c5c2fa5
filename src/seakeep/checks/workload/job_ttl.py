"""A Job that is done leaves nothing behind.

What: ttlSecondsAfterFinished on Jobs that nothing owns. A CronJob keeps its own last few, so its Jobs are not asked,
and it is asked for limits of its history only where they are raised above ten. Why: Jobs and their pods stay forever,
in etcd and in every list. Evidence: the field. Fix: a day is plenty where logs are shipped.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import listing, number
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD053",
    title="finished Jobs go away",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("Job", "CronJob"),
    remediation="set ttlSecondsAfterFinished",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/ttlafterfinished/",),
    equivalents=("kube-linter:job-ttl-seconds-after-finished",),
)

MOST = 10


def judge(manifest: Manifest, _: Index) -> Answer:
    """A CronJob's default history is three and one."""
    if manifest.type == "CronJob":
        for field in ("successfulJobsHistoryLimit", "failedJobsHistoryLimit"):
            if (number(manifest.spec, field) or 0) > MOST:
                return bad(f"it keeps {manifest.spec[field]} finished Jobs", ("spec", field))
        return None
    if listing(manifest.metadata, "ownerReferences"):
        return MOOT
    if number(manifest.spec, "ttlSecondsAfterFinished") is None:
        return bad("it stays when it is done", ("spec", "ttlSecondsAfterFinished"))
    return None
