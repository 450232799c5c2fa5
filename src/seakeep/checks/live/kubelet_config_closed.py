"""The kubelet's configuration is closed.

What: /var/lib/kubelet/config.yaml has mode 0600 or less and belongs to root. Why: who can change it opens the node.
Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="NOD104",
    title="the kubelet's configuration is closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:4.1.9",
        "cis-1.12:4.1.10",
        "kubescape:C-0170",
        "kubescape:C-0171",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.nodes, paths=("/var/lib/kubelet/config.yaml",), most=0o600)
