"""Every node can be drained.

What: no PodDisruptionBudget that allows no disruption of a pod on it, and no pod that nobody would make again. Why:
an upgrade or a repair stops there, at the worst moment. Evidence: the budgets' status.disruptionsAllowed, the pods'
owners. Fix: one replica more, or maxUnavailable: 1; a Deployment instead of a bare pod.
"""

from collections.abc import Iterable, Sequence

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Alike, Live, LivePod, alike, good, wrong
from seakeep.core.finding import Severity
from seakeep.manifests.access import mapping, number
from seakeep.manifests.model import Manifest
from seakeep.manifests.selectors import matches

CHECK = Check(
    id="NOD004",
    title="every node can be drained",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("nodes", "pods", "poddisruptionbudgets"),
    remediation="one replica more, or maxUnavailable: 1; a controller for bare pods",
    equivalents=("popeye:POP-403",),
)


def judge(live: Live) -> Iterable[Note]:
    """Pods of DaemonSets and static pods stay where they are, and those that have ended do not count."""
    budgets: dict[str, list[Manifest]] = {}
    for budget in live.index.of("PodDisruptionBudget"):
        budgets.setdefault(budget.namespace, []).append(budget)
    blocked: dict[str, list[str]] = {}
    for group in alike(live.pods):
        closed = [each for each in budgets.get(group.namespace, ()) if _closed(each, group)]
        for pod in group.pods:
            if pod.owner in {"DaemonSet", "Node"} or pod.phase in {"Succeeded", "Failed"}:
                continue
            if said := _blocks(pod, closed):
                blocked.setdefault(pod.node, []).append(said)
    for node in live.index.of("Node"):
        reasons = blocked.get(node.name)
        yield (
            wrong(node.name, "; ".join(sorted(set(reasons))))
            if reasons
            else good(node.name, "nothing stands in the way")
        )


def _closed(budget: Manifest, group: Alike) -> bool:
    allowed = number(budget.body, "status", "disruptionsAllowed")
    return allowed == 0 and matches(mapping(budget.spec, "selector"), group.labels)


def _blocks(pod: LivePod, closed: Sequence[Manifest]) -> str:
    if not pod.owner:
        return f"{pod.namespace}/{pod.name} would not be made again"
    return f"{closed[0].namespace}/{closed[0].name} allows no disruption of {pod.name}" if closed else ""
