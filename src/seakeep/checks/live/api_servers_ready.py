"""Every API server is ready.

What: /readyz of each. Why: one that is not takes away what the cluster may lose. Evidence: asked on each machine. Fix:
`seakeep status`, then the journal of kube-apiserver on the machine.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import apiserver

CHECK = Check(
    id="CPL001",
    title="every API server is ready",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="journalctl -u kube-apiserver on the machine; `seakeep apply` starts what is stopped",
)


def judge(live: Live) -> Iterable[Note]:
    """Server by server."""
    servers = live.design.with_role(Role.CONTROL_PLANE)
    return each(live, apiserver.FACT, servers, lambda _, ready: "" if ready else "/readyz does not answer 200")
