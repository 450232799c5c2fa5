"""Kubernetes goes up, one minor at a time.

What: the version is not older than the cluster's, and at most one minor newer. Why: an older API server does not
understand what a newer one has stored, and API servers that are two minors apart break what they both serve. Evidence:
the inventory of the last apply. Fix: go through every minor in between; to go back, restore a backup from before.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.versions.model import Version

CHECK = Check(
    id="CHG002",
    title="Kubernetes is not downgraded and skips no minor",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="name the cluster's own version or the next minor in spec.kubernetes.version",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Compares with the version of the last whole cluster."""
    if fleet.known is None or not fleet.known.whole:
        return
    old, new = Version.parse(fleet.known.kubernetes), Version.parse(fleet.design.release.kubernetes)
    where = "spec.kubernetes.version"
    if new < old:
        yield CHECK.found(
            Verdict.FAIL, f"the cluster runs {old}, the file says {new}: that is a downgrade", where=where
        )
    elif new.major != old.major or new.minor > old.minor + 1:
        message = f"the cluster runs {old}, the file says {new}: the minors in between would be skipped"
        yield CHECK.found(Verdict.FAIL, message, where=where)
