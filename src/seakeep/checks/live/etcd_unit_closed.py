"""Etcd's unit file is closed.

What: the unit file has mode 0600 or less and belongs to root. Why: who can change how etcd starts reads everything.
Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity
from seakeep.design.model import Role

CHECK = Check(
    id="ETCD101",
    title="etcd's unit file is closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:1.1.7",
        "cis-1.12:1.1.8",
        "kubescape:C-0098",
        "kubescape:C-0099",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.with_role(Role.ETCD), paths=("/etc/systemd/system/etcd.service",), most=0o600)
