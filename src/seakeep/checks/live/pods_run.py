"""Pods run, and keep running.

What: every pod: its phase, whether it is ready, what its containers wait for, how often they were restarted, and
whether its deletion hangs. Pods that have ended are left out. Why: a pod that waits for its image or starts again and
again is counted as a replica and serves nobody. Evidence: the container's reason, the count. Fix: kubectl describe,
kubectl logs --previous.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, LivePod, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV013",
    title="pods run, and keep running",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("pods",),
    remediation="kubectl describe the pod; kubectl logs --previous",
    equivalents=(
        "popeye:POP-200",
        "popeye:POP-201",
        "popeye:POP-202",
        "popeye:POP-203",
        "popeye:POP-204",
        "popeye:POP-205",
        "popeye:POP-207",
        "popeye:POP-1703",
    ),
)
RESTARTS = 5
"""Restarts of one container, over its life, that are worth a look."""


def judge(live: Live) -> Iterable[Note]:
    """One note for each that is not well; one for all others."""
    well = 0
    for pod in live.pods:
        if said := _wrong(pod):
            yield wrong(f"{pod.namespace}/{pod.name}", said)
        else:
            well += 1
    if well:
        yield good(live.design.name, f"{well} pods run or have ended")


def _wrong(pod: LivePod) -> str:
    if pod.phase == "Succeeded":
        return ""
    if pod.phase in {"Failed", "Unknown"}:
        return f"its phase is {pod.phase}"
    if pod.waiting:
        return f"a container waits: {pod.waiting}"
    if pod.restarts >= RESTARTS:
        return f"a container was restarted {pod.restarts} times"
    if pod.leaving:
        return "it is being deleted"
    return "" if pod.ready else f"it is {pod.phase or 'not started'} and not ready"
