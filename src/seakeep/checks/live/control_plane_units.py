"""Unit files of the control plane are closed.

What: unit files of API server, controller manager and scheduler have mode 0600 or less and belong to root. Why: who
can change how a control plane starts owns it; flags tell where keys are. Evidence: stat on each machine. Fix: chmod
600 and chown root:root; `seakeep apply` does both.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity
from seakeep.design.model import Role

CHECK = Check(
    id="CPL101",
    title="unit files of the control plane are closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 600 and chown root:root; `seakeep apply` does both",
    equivalents=(
        "cis-1.12:1.1.1",
        "cis-1.12:1.1.2",
        "cis-1.12:1.1.3",
        "cis-1.12:1.1.4",
        "cis-1.12:1.1.5",
        "cis-1.12:1.1.6",
        "kubescape:C-0092",
        "kubescape:C-0093",
        "kubescape:C-0094",
        "kubescape:C-0095",
        "kubescape:C-0096",
        "kubescape:C-0097",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    return closed(
        live,
        live.design.with_role(Role.CONTROL_PLANE),
        paths=(
            "/etc/systemd/system/kube-apiserver.service",
            "/etc/systemd/system/kube-controller-manager.service",
            "/etc/systemd/system/kube-scheduler.service",
        ),
        most=0o600,
    )
