"""A CronJob that is there also runs.

What: spec.suspend is not true. Why: what was suspended for a day of maintenance is often never resumed: a backup that
does not run looks the same as one that does. Evidence: the field. Fix: remove it, or the CronJob.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD054",
    title="no CronJob is suspended",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("CronJob", "Job"),
    remediation="remove spec.suspend",
    equivalents=("popeye:POP-1500",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """The field."""
    return bad("it is suspended", ("spec", "suspend")) if manifest.spec.get("suspend") is True else None
