"""Behind every Service there are pods that answer.

What: Services with a selector: how many ready pods they select, on how many nodes. None is an error; one alone is a
warning where its owner could have more. Why: connections to a Service without pods are refused; with one, every restart
is an outage. Evidence: the pods that are selected, and the ready ones. Fix: the selector; the pods; a second replica.
"""

from collections.abc import Iterable
from dataclasses import replace

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Alike, Live, alike, good, wrong
from seakeep.core.finding import Severity
from seakeep.manifests.access import labels

CHECK = Check(
    id="LIV014",
    title="behind every Service there are pods that answer",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("services", "pods"),
    remediation="correct the selector, or bring its pods to life",
    equivalents=("popeye:POP-1105", "popeye:POP-1109", "popeye:POP-1110"),
)


def judge(live: Live) -> Iterable[Note]:
    """By label: pods that wear the same are looked at once for each label, not for each Service."""
    wearing: dict[tuple[str, str, str], list[Alike]] = {}
    for group in alike(live.pods):
        for key, value in group.labels.items():
            wearing.setdefault((group.namespace, key, value), []).append(group)
    for service in live.index.of("Service"):
        selector = labels(service.spec, "selector")
        if not selector:
            continue
        candidates = min((wearing.get((service.namespace, *item), []) for item in selector.items()), key=len)
        chosen = [
            pod
            for group in candidates
            if all(group.labels.get(key) == value for key, value in selector.items())
            for pod in group.pods
        ]
        ready = [pod for pod in chosen if pod.ready]
        name = f"{service.namespace}/{service.name}"
        if not ready:
            yield wrong(name, f"it selects {len(chosen)} pods, and none is ready")
        elif len(ready) == 1:
            yield replace(wrong(name, f"only {ready[0].name} answers"), severity=Severity.WARNING)
        else:
            yield good(name, f"{len(ready)} pods answer")
