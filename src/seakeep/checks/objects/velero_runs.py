"""Backups are made.

What: a Schedule of Velero is not paused, and has a cron expression of five fields or an @every. Why: a schedule that
was paused for an upgrade and forgotten makes no backups, and nothing tells. Evidence: spec.paused, spec.schedule.
Fix: `paused: false`.
"""

import re
from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="VEL001",
    title="backups are made",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("velero.io/Schedule",),
    remediation="paused: false, and a schedule such as 0 2 * * *",
    fixable=True,
    references=("https://velero.io/docs/main/api-types/schedule/",),
)

_NAMED = re.compile(r"@(hourly|daily|weekly|monthly|yearly|annually|midnight|every \S+)$")


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """The expression by its form; CRON_TZ= may stand before it."""
    if each.spec.get("paused") is True:
        yield bad("it is paused", ("spec", "paused"), fix=(drop(("spec", "paused")),))
    words = text(each.spec, "schedule").split()
    if words and words[0].startswith(("CRON_TZ=", "TZ=")):
        words = words[1:]
    if len(words) != 5 and not _NAMED.match(" ".join(words)):
        yield bad(f"schedule {text(each.spec, 'schedule') or 'is not set'}", ("spec", "schedule"))
