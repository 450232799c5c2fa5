"""Certificates belong to root.

What: certificates of Kubernetes have mode 0644 or less and belong to root. Why: who can replace an authority decides
who is trusted. Evidence: stat on each machine. Fix: chmod 644 and chown root:root.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity

CHECK = Check(
    id="CPL103",
    title="certificates belong to root",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 644 and chown root:root",
    equivalents=(
        "cis-1.12:1.1.19",
        "kubescape:C-0110",
        "kubescape:C-0111",
        "kubescape:C-0168",
        "kubescape:C-0169",
        "cis-1.12:1.1.20",
        "cis-1.12:4.1.7",
        "cis-1.12:4.1.8",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(live, live.design.nodes, under="/etc/kubernetes/pki/", suffix=(".crt", ".pub"), most=0o644)
