"""A waiver that covers nothing is taken away.

What: waivers of checks that were asked in this run and that no failure needed. Why: it would cover the next failure
silently. Evidence: its check and object. Fix: remove it; or correct the object's name in it.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="WVR002",
    title="waivers cover something",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the waiver, or correct what it names",
)


def judge(_: Index) -> Answer:
    """It is told where waivers are put on the findings (`apply.py`): only then is it known which are needed."""
    return ()
