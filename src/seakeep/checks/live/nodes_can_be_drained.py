"""Every node can be drained.

What: no PodDisruptionBudget that allows no disruption of a pod on it, and no pod that nobody would make again. Why:
an upgrade or a repair stops there, at the worst moment. Evidence: the budgets' status.disruptionsAllowed, the pods'
owners. Fix: one replica more, or maxUnavailable: 1; a Deployment instead of a bare pod.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, LivePod, good, wrong
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
    for pod in live.pods:
        if pod.owner in {"DaemonSet", "Node"} or pod.phase in {"Succeeded", "Failed"}:
            continue
        if said := _blocks(pod, budgets.get(pod.namespace, ())):
            blocked.setdefault(pod.node, []).append(said)
    for node in live.index.of("Node"):
        reasons = blocked.get(node.name)
        yield (
            wrong(node.name, "; ".join(sorted(set(reasons))))
            if reasons
            else good(node.name, "nothing stands in the way")
        )


def _blocks(pod: LivePod, budgets: Iterable[Manifest]) -> str:
    if not pod.owner:
        return f"{pod.namespace}/{pod.name} would not be made again"
    for budget in budgets:
        if matches(mapping(budget.spec, "selector"), pod.labels):
            allowed = number(budget.body, "status", "disruptionsAllowed")
            if allowed == 0:
                return f"{budget.namespace}/{budget.name} allows no disruption of {pod.name}"
    return ""
