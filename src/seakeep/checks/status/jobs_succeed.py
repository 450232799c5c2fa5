"""What runs by the clock runs, and succeeds.

What: a served Job with the condition Failed; a served CronJob whose last start came after its last success and that
is not running now, and one that is suspended. Why: nobody watches jobs; a backup that fails does so for weeks.
Evidence: the condition, the two times. Fix: what the last pod says.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA006",
    title="jobs succeed",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Job", "CronJob"),
    remediation="kubectl logs of its last pod",
    equivalents=(
        "popeye:POP-1501",
        "popeye:POP-1502",
        "popeye:POP-1503",
    ),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """Times are RFC 3339 in UTC, and compare as text."""
    status = mapping(manifest.body, "status")
    if not status:
        return MOOT
    if manifest.type == "Job":
        failed = [
            each
            for _, each in mappings(status, "conditions")
            if each.get("type") == "Failed" and each.get("status") == "True"
        ]
        return bad(f"it failed: {text(failed[0], 'message')}", ("status", "conditions")) if failed else None
    if manifest.spec.get("suspend") is True:
        return bad("it is suspended", ("spec", "suspend"))
    started, succeeded = text(status, "lastScheduleTime"), text(status, "lastSuccessfulTime")
    if started > succeeded and not mappings(status, "active"):
        return bad(f"it started at {started}, and last succeeded {succeeded or 'never'}", ("status",))
    return None if started else MOOT
