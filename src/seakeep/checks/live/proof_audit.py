"""The reading of a secret is recorded.

What: a Secret is read, and the audit log of an API server has the request. Why: nobody could say who read what.
Evidence: it is done, and what was made is removed. Fix: an audit policy that records secrets at Metadata, and
--audit-log-path.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC006",
    title="the reading of a secret is recorded",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="an audit policy that records secrets at Metadata, and --audit-log-path",
    equivalents=(
        "cis-1.12:3.2.2",
        "kubescape:C-0067",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "audit")
