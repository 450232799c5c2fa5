"""Etcd gives nothing without a certificate.

What: a read from every member without a client certificate is refused. Why: every secret of the cluster is one
request away. Evidence: it is done, and what was made is removed. Fix: client-cert-auth: true.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC003",
    title="etcd gives nothing without a certificate",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="client-cert-auth: true",
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "etcd")
