"""Something keeps each machine's clock right.

What: chrony, ntpd or timesyncd says that the clock is synchronised. Why: a clock that nobody keeps is right on the day
of the installation only; the machines drift apart until leases and certificates go wrong. Evidence: NTPSynchronized, as
timedatectl shows it; the machines of a lab have the clock of their computer. Fix: run chrony.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, moot, unknown, wrong
from seakeep.core.finding import Severity
from seakeep.facts import clock

CHECK = Check(
    id="NOD005",
    title="something keeps each machine's clock right",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="run chrony, and see that it reaches its servers: chronyc sources",
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    for machine, found, why in live.machines(clock.FACT, live.design.machines):
        if found is None:
            yield unknown(machine.name, why)
        elif live.lab:
            yield moot(machine.name, "it has the clock of this computer")
        elif found.synchronised is None:
            yield unknown(machine.name, "timedatectl does not say whether its clock is synchronised")
        elif found.synchronised:
            yield good(machine.name, "")
        else:
            yield wrong(machine.name, "nothing keeps its clock right")
