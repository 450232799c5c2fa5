"""Keys are closed.

What: keys of Kubernetes have mode 0600 or less and belong to root. Why: whoever reads one is its owner to everybody
else. Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="CPL104",
    title="keys are closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:1.1.21",
        "kubescape:C-0112",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.nodes, under="/etc/kubernetes/pki/", suffix=(".key",), most=0o600)
