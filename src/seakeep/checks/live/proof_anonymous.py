"""Anonymous requests to the API get nothing but health.

What: a request without a certificate, through the endpoint and to every API server: /readyz answers 200, anything
else 401 or 403. Why: a setting that reads well may still not be in force. Evidence: it is done, and what was made is
removed. Fix: an AuthenticationConfiguration that opens /livez, /readyz and /healthz only.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC001",
    title="anonymous requests to the API get nothing but health",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="an AuthenticationConfiguration that opens /livez, /readyz and /healthz only",
    equivalents=(
        "kubescape:C-0262",
        "cis-1.12:1.2.1",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "anonymous")
