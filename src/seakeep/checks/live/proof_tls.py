"""Old TLS is refused.

What: a handshake with TLS 1.1 is refused by every API server. Why: old versions can be broken on the way. Evidence:
it is done, and what was made is removed. Fix: --tls-min-version=VersionTLS12.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC007",
    title="old TLS is refused",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="--tls-min-version=VersionTLS12",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "tls")
