"""A secret is unreadable in etcd.

What: a Secret with random content is made, read from etcd as bytes, and its content is not among them. Why: backups
of etcd go places where secrets may not. Evidence: it is done, and what was made is removed. Fix: --encryption-
provider-config with secretbox or KMS first; then write all Secrets again.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC005",
    title="a secret is unreadable in etcd",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="--encryption-provider-config with secretbox or KMS first; then write all Secrets again",
    equivalents=(
        "cis-1.12:1.2.27",
        "kubescape:C-0066",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "encryption")
