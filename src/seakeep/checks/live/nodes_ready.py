"""Every node is there and ready.

What: a Node object for each node of the file, whose kubelet says Ready, and which is not cordoned. Why: its pods
wait, and the others carry what it should. Evidence: conditions and spec.unschedulable. Fix: the journal of kubelet on
the machine; `kubectl uncordon`.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="NOD001",
    title="every node is there and ready",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("nodes",),
    equivalents=("popeye:POP-702", "popeye:POP-711"),
    remediation="journalctl -u kubelet on the machine; kubectl uncordon NODE",
)


def judge(live: Live) -> Iterable[Note]:
    """Those of the file, and those that are there besides."""
    found = {node.name: node for node in live.index.of("Node")}
    for machine in live.design.nodes:
        node = found.get(machine.name)
        said = _wrong(node) if node is not None else "there is no such node"
        yield wrong(machine.name, said) if said else good(machine.name, "Ready")


def _wrong(node: Manifest) -> str:
    ready = any(
        condition.get("type") == "Ready" and condition.get("status") == "True"
        for _, condition in mappings(node.body, "status", "conditions")
    )
    if not ready:
        return "it is not ready"
    return "it is cordoned" if node.spec.get("unschedulable") is True else ""
