"""A waiver that has expired no longer covers anything, and is told.

What: the day after which each waiver ends. Why: it was a promise to put something right by then. The failure that it
covered counts again from that day. Evidence: the day and the owner. Fix: put right what it covers, or agree on a new
day.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="WVR001",
    title="waivers have not expired",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="put right what it covers, or give it a new day with its owner",
)


def judge(_: Index) -> Answer:
    """It is told where waivers are put on the findings (`apply.py`): only then is it known which are needed."""
    return ()
