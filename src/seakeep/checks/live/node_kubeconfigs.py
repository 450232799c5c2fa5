"""Credentials of the node are closed.

What: kubeconfigs of kubelet and kube-proxy have mode 0600 or less and belong to root. Why: whoever reads one is that
node. Evidence: stat on each machine. Fix: chmod 600 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="NOD103",
    title="credentials of the node are closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root",
    equivalents=(
        "cis-1.12:4.1.3",
        "kubescape:C-0164",
        "kubescape:C-0165",
        "cis-1.12:4.1.4",
        "cis-1.12:4.1.5",
        "cis-1.12:4.1.6",
        "kubescape:C-0166",
        "kubescape:C-0167",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(
        live, live.design.nodes, paths=("/etc/kubernetes/kubelet.conf", "/etc/kubernetes/kube-proxy.conf"), most=0o600
    )
