"""Autoscalers can act.

What: the conditions of served HorizontalPodAutoscalers: AbleToScale and ScalingActive. Why: without its metric (there
is no metrics-server, or no requests to compare with) it stands still, and looks as if it did not. Evidence: the
condition's message. Fix: what the message names.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA011",
    title="autoscalers can act",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("HorizontalPodAutoscaler",),
    remediation="give it its metric: metrics-server for processor and memory, an adapter for others",
    equivalents=("popeye:POP-402",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """Each condition for itself. One that is scaled to nothing on purpose is not active either."""
    conditions = mappings(manifest.body, "status", "conditions")
    return list(_said(conditions)) if conditions else MOOT


def _said(conditions: list[tuple[int, JsonObject]]) -> Iterator[Note]:
    for number, each in conditions:
        kind = text(each, "type")
        stuck = kind in {"AbleToScale", "ScalingActive"} and text(each, "status") != "True"
        if stuck and text(each, "reason") != "ScalingDisabled":
            yield bad(f"{kind}: {text(each, 'message') or text(each, 'reason')}", ("status", "conditions", number))
