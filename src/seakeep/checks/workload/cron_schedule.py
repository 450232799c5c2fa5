"""The schedule of a CronJob is understood, and its day exists.

What: five fields in their ranges, names of months and days, @hourly and its like; no TZ= inside (spec.timeZone is for
that); no 30 February. Why: the API server refuses what it cannot read, and accepts a day that never comes. Evidence:
the field that is wrong. Fix: minute, hour, day of month, month, day of week.
"""

import re

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="POD055",
    title="a schedule is one that comes",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("CronJob",),
    remediation="write minute, hour, day of month, month and day of week",
    references=("https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/#schedule-syntax",),
)


NAMED = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
RANGES = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 6))
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
PART = re.compile(r"(?:(\*|\?)|(\w+)(?:-(\w+))?)(?:/(\d{1,3}))?")


def judge(manifest: Manifest, _: Index) -> Answer:
    """One note: the first field that is wrong."""
    schedule = text(manifest.spec, "schedule")
    path = ("spec", "schedule")
    if schedule in NAMED or re.fullmatch(r"@every (\d+(\.\d+)?(ms|s|m|h))+", schedule):
        return None
    if schedule.startswith(("TZ=", "CRON_TZ=")):
        return bad("a time zone belongs to spec.timeZone: the API server refuses it in the schedule", path)
    fields = schedule.split()
    if len(fields) != 5:
        return bad(f"{schedule!r} has {len(fields)} fields and needs 5", path)
    values: list[set[int]] = []
    for written, (name, low, high) in zip(fields, RANGES, strict=True):
        found = _values(written.lower(), name, low, high)
        if found is None:
            return bad(f"{written} is no {name}", path)
        values.append(found)
    days, months = values[2], values[3]
    if fields[4] in {"*", "?"} and all(min(days) > LONGEST.get(month, 31) for month in months):
        return bad(f"{schedule!r} never comes: no such month has a day {min(days)}", path)
    return None


def _values(written: str, name: str, low: int, high: int) -> set[int] | None:
    """The numbers that a field stands for; None where it cannot be read."""
    found: set[int] = set()
    for part in written.split(","):
        match = PART.fullmatch(part)
        if match is None or match[4] == "0":
            return None
        step = int(match[4] or 1)
        if match[1]:
            found.update(range(low, high + 1, step))
            continue
        first = _number(match[2], name)
        last = _number(match[3], name) if match[3] else (high if match[4] else first)
        if first is None or last is None or not low <= first <= last <= high:
            return None
        found.update(range(first, last + 1, step))
    return found


def _number(word: str, name: str) -> int | None:
    if word.isascii() and word.isdigit():
        return int(word) if len(word) < 4 else None
    if name == "month" and word in MONTHS:
        return MONTHS.index(word) + 1
    return DAYS.index(word) if name == "day of week" and word in DAYS else None
