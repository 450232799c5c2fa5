"""Network configurations are closed.

What: files in /etc/cni/net.d have mode 0600 or less and belong to root. Why: who can change one starts programs as
root on the next pod. Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="NOD101",
    title="network configurations are closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:1.1.9",
        "kubescape:C-0100",
        "kubescape:C-0101",
        "cis-1.12:1.1.10",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.nodes, under="/etc/cni/net.d/", suffix=(".conf", ".conflist"), most=0o600)
