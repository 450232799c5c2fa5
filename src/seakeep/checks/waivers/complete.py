"""A waiver says why, who answers for it and until when.

What: the annotations waive.seakeep.io/<id> of objects and pod templates. Why: one that lacks any of it is a permanent
silence, so it covers nothing. A waiver file that lacks any is refused as a whole. Evidence: what is missing. Fix: write
reason=...; owner=...; expires=YYYY-MM-DD.
"""

from seakeep.checks.base import Answer, Check, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="WVR003",
    title="waivers have an owner, a reason and a last day",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="write reason=...; owner=...; expires=YYYY-MM-DD into the annotation",
)


def judge(_: Index) -> Answer:
    """It is told where waivers are put on the findings (`apply.py`): only then is it known which are needed."""
    return ()
