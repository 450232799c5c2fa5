"""Every node has one network configuration.

What: one file in /etc/cni/net.d. Why: a runtime takes the first by name; what another installation has left there
takes over new pods, and they cannot reach the others. Evidence: the folder on each machine. Fix: remove what the node
does not use.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.facts import network_configs

CHECK = Check(
    id="NOD002",
    title="every node has one network configuration",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="remove from /etc/cni/net.d what the node does not use",
)


def judge(live: Live) -> Iterable[Note]:
    """None is wrong as well: no pod would start."""
    return each(
        live,
        network_configs.FACT,
        live.design.nodes,
        lambda _, names: "" if len(names) == 1 else f"{len(names)} files: {', '.join(names) or 'none'}",
    )
