"""The kubelet's unit file is closed.

What: the unit file has mode 0600 or less and belongs to root. Why: who can change how it starts owns every pod of the
node. Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="NOD102",
    title="the kubelet's unit file is closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:4.1.1",
        "cis-1.12:4.1.2",
        "kubescape:C-0162",
        "kubescape:C-0163",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.nodes, paths=("/etc/systemd/system/kubelet.service",), most=0o600)
