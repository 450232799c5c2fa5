"""Credentials of the control plane are closed.

What: kubeconfigs of administrator, controller manager and scheduler have mode 0600 or less and belong to root. Why:
whoever reads one is that component. Evidence: stat on each machine. Fix: chmod 600 and chown root:root; `seakeep
apply` does both.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity
from seakeep.design.model import Role

CHECK = Check(
    id="CPL102",
    title="credentials of the control plane are closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root; `seakeep apply` does both",
    equivalents=(
        "cis-1.12:1.1.13",
        "kubescape:C-0104",
        "kubescape:C-0105",
        "kubescape:C-0108",
        "kubescape:C-0109",
        "cis-1.12:1.1.14",
        "cis-1.12:1.1.15",
        "cis-1.12:1.1.16",
        "cis-1.12:1.1.17",
        "cis-1.12:1.1.18",
        "kubescape:C-0106",
        "kubescape:C-0107",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(
        live,
        live.design.with_role(Role.CONTROL_PLANE),
        paths=(
            "/etc/kubernetes/admin.conf",
            "/etc/kubernetes/super-admin.conf",
            "/etc/kubernetes/controller-manager.conf",
            "/etc/kubernetes/kube-controller-manager.conf",
            "/etc/kubernetes/scheduler.conf",
            "/etc/kubernetes/kube-scheduler.conf",
        ),
        most=0o600,
    )
