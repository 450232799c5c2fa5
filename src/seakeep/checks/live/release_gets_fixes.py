"""The cluster's Kubernetes release still gets fixes.

What: the end of life of the minor that the file asks for is more than two months away. Why: after that day
nobody mends a hole that is found, and the next minor but one can be reached only through the one between. Evidence: the
day, as the project announced it. Fix: go to the next minor, one at a time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="CPL005",
    title="the Kubernetes release still gets fixes",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="plan the way to the next minor: spec.kubernetes.version, one minor at a time",
    references=("https://kubernetes.io/releases/patch-releases/",),
)

AHEAD = timedelta(days=60)
"""How long before its end a release is told of: there is one maintenance window a month in many places."""


def judge(live: Live) -> Iterable[Note]:
    """One note, about the release."""
    release = live.design.release
    end = datetime.fromisoformat(release.minor.end_of_life).replace(tzinfo=UTC)
    left = end - live.now
    if left < timedelta():
        yield wrong(release.minor.name, f"it has had no fixes since {end:%Y-%m-%d}", days=left.days)
    elif left < AHEAD:
        yield wrong(release.minor.name, f"it gets no fixes after {end:%Y-%m-%d}", days=left.days)
    else:
        yield good(release.minor.name, f"until {end:%Y-%m-%d}")
