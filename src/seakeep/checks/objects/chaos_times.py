"""A fault's times are those of its action.

What: of PodChaos: duration with pod-failure, and not with pod-kill; gracePeriod, 0 or more, only with pod-kill. Why: a
pod-failure without an end lasts until somebody removes it; what has no meaning is not noticed. Evidence: the spec. Fix:
see the message.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Scope, bad, drop
from seakeep.core.finding import Severity
from seakeep.manifests.access import number, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="CHM004",
    title="a fault's times are those of its action",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=("chaos-mesh.org/PodChaos",),
    remediation="duration with pod-failure, gracePeriod with pod-kill",
    fixable=True,
    references=("https://chaos-mesh.org/docs/simulate-pod-chaos-on-kubernetes/",),
)


def judge(each: Manifest, _: Index) -> Iterator[Note]:
    """By the action."""
    action = text(each.spec, "action")
    duration, grace = ("spec", "duration"), ("spec", "gracePeriod")
    if action == "pod-failure" and not each.spec.get("duration"):
        yield bad("pod-failure without a duration lasts until it is removed", ("spec", "action"))
    if action == "pod-kill" and "duration" in each.spec:
        yield bad("duration has no meaning for pod-kill", duration, fix=(drop(duration),))
    if "gracePeriod" in each.spec:
        seconds = number(each.spec, "gracePeriod")
        if action != "pod-kill":
            yield bad(f"gracePeriod has no meaning for {action}", grace, fix=(drop(grace),))
        elif seconds is None or seconds < 0:
            yield bad("gracePeriod is a whole number of seconds, 0 or more", grace)
