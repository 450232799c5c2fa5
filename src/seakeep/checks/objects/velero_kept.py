"""A backup is kept until the next one, and longer.

What: the ttl of a Velero Schedule with an @every interval, or of a day where it is daily, is more than that. Why:
between two backups there would be none. Evidence: spec.template.ttl against spec.schedule; the default of 30 days is
enough. Fix: `ttl: 720h`.
"""

from seakeep.checks.base import MOOT, Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.formats.duration import seconds
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="VEL003",
    title="a backup is kept until the next one",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("velero.io/Schedule",),
    remediation="ttl: 720h",
)

_DAY = 86_400.0


def interval(schedule: str) -> float | None:
    """Seconds between two backups, where the expression has a plain rhythm."""
    words = schedule.split()
    if words[:1] == ["@every"]:
        return seconds(words[1]) if len(words) == 2 else None
    named = {"@hourly": 3600.0, "@daily": _DAY, "@midnight": _DAY, "@weekly": 7 * _DAY, "@monthly": 31 * _DAY}
    if schedule in named:
        return named[schedule]
    if len(words) != 5 or not words[0].isdecimal():
        return None
    if words[1] == "*":
        return 3600.0
    if words[2:] == ["*", "*", "*"]:
        return _DAY
    return 7 * _DAY if words[2:4] == ["*", "*"] and words[4].isdecimal() else None


def judge(each: Manifest, _: Index) -> Answer:
    """Without a ttl it is 30 days."""
    every, kept = interval(text(each.spec, "schedule")), seconds(text(each.spec, "template", "ttl"))
    if every is None or kept is None:
        return MOOT
    path = ("spec", "template", "ttl")
    return None if kept > every else bad(f"kept for {kept / 3600:g} h, made every {every / 3600:g} h", path)
