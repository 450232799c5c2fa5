"""All machines agree on what time it is.

What: each clock within five seconds of the median of the fleet. Why: certificates that are not valid yet, leases
that end early, logs that cannot be put in order. Evidence: `date` on each machine against the operator's clock at that
moment. Fix: keep chrony running.
"""

from collections.abc import Iterable
from statistics import median

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.facts import clock

CHECK = Check(
    id="NOD003",
    title="all machines agree on what time it is",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chronyc makestep, and keep chrony running",
)

LIMIT = 5.0
"""Seconds. Reading takes up to a second or two on a busy fleet, so that a smaller limit would cry wolf."""


def judge(live: Live) -> Iterable[Note]:
    """Against the median, so that one wrong clock never accuses the others."""
    offsets = {}
    for machine, found, why in live.machines(clock.FACT, live.design.machines):
        if found is None:
            yield unknown(machine.name, why)
        else:
            offsets[machine.name] = found.now - live.facts[machine.name].read_at
    middle = median(offsets.values()) if offsets else 0.0
    for name, offset in sorted(offsets.items()):
        skew = offset - middle
        said = f"{skew:+.1f} s from the median"
        yield good(name, said) if abs(skew) <= LIMIT else wrong(name, said)
