"""The operator's computer and the machines agree on what time it is.

What: the median of the machines' clocks against this computer's. Why: certificates are issued, and found to have ended,
by this computer's clock: one that is ahead gives machines certificates that are not valid yet in place of those that
are, one that is behind takes what has ended for good. Evidence: `date` on each machine, and this computer's clock at
that moment. Fix: set the clock that is wrong.
"""

from collections.abc import Iterator
from statistics import median

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import clock

LIMIT = 60.0
"""Seconds. A certificate is valid from ten minutes before it was issued (`state/certificates.py`); a machine that is
reached slowly seems to be ahead by as long as that takes."""

CHECK = Check(
    id="PRE016",
    scope=Scope.PREFLIGHT,
    title="this computer's clock agrees with the machines'",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="set the clock that is wrong (timedatectl set-ntp true here, chronyc makestep on machines)",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding, about no machine: which of the two is wrong cannot be told from here."""
    offsets = [facts.get(clock.FACT).now - facts.read_at for facts in fleet.facts.values()]
    if not offsets:
        return
    ahead = -median(offsets)
    verdict = Verdict.PASS if abs(ahead) <= LIMIT else Verdict.FAIL
    word = "ahead of" if ahead > 0 else "behind"
    yield CHECK.found(verdict, f"it is {abs(ahead):.0f} s {word} the machines; limit {LIMIT:.0f} s", where="operator")
