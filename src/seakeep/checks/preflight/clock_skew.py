"""All machines agree on what time it is.

What: each clock against the median of the fleet. Why: certificates that are not valid yet, leases that expire early,
logs that cannot be put in order. Evidence: `date` on each machine against the operator's clock at that moment.
Fix: chrony, which Seakeep installs on real machines; set the clock once by hand where it is far off.
"""

from collections.abc import Iterator
from statistics import median

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import clock

LIMIT = 5.0
"""Seconds. Reading takes up to a second or two on a busy fleet, so that a smaller limit would cry wolf."""

CHECK = Check(
    id="PRE006",
    scope=Scope.PREFLIGHT,
    title="clock agrees with the other machines",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="set the clock (chronyc makestep, or timedatectl set-time) and keep chrony running",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Against the median, so that one wrong clock never accuses the others."""
    offsets = {name: facts.get(clock.FACT).now - facts.read_at for name, facts in fleet.facts.items()}
    middle = median(offsets.values()) if offsets else 0.0
    for name, offset in sorted(offsets.items()):
        skew = offset - middle
        good = abs(skew) <= LIMIT
        yield CHECK.found(
            Verdict.PASS if good else Verdict.FAIL, f"{skew:+.1f} s from the median; limit {LIMIT:.0f} s", where=name
        )
