"""Kubelets give anonymous requests nothing.

What: a request for /pods to every kubelet without a certificate is refused. Why: exec into any container is one
request away. Evidence: it is done, and what was made is removed. Fix: authentication.anonymous.enabled: false.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC002",
    title="kubelets give anonymous requests nothing",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="authentication.anonymous.enabled: false",
    equivalents=("kubescape:C-0069",),
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "kubelet")
