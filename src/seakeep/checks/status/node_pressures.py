"""A node reports no shortage, and reports at all.

What: the conditions of each served Node: pressure on memory, disk and process numbers, the network, and Ready where
its kubelet has stopped saying (Unknown). Why: a node under pressure evicts pods; one that no longer reports may be
gone. Evidence: the condition with its message. Fix: the shortage; the journal of kubelet and of the container
runtime.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Answer, Check, Note, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.core.json import JsonObject
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA001",
    title="nodes are under no pressure",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Node",),
    remediation="free what is short on the node, or take work off it",
    equivalents=(
        "popeye:POP-701",
        "popeye:POP-703",
        "popeye:POP-704",
        "popeye:POP-705",
        "popeye:POP-706",
        "popeye:POP-707",
        "kubeeye:NodeStatus",
        "kubeeye:KubeletStatus",
        "kubeeye:DockerStatus",
    ),
)


_BAD = {"MemoryPressure": "True", "DiskPressure": "True", "PIDPressure": "True", "NetworkUnavailable": "True"}


def judge(manifest: Manifest, _: Index) -> Answer:
    """Each condition for itself. That a node is not ready is another check's matter: here, that nobody knows."""
    conditions = mappings(manifest.body, "status", "conditions")
    return list(_said(conditions)) if conditions else MOOT


def _said(conditions: list[tuple[int, JsonObject]]) -> Iterator[Note]:
    for position, each in conditions:
        kind, state = text(each, "type"), text(each, "status")
        path = ("status", "conditions", position)
        if state == "Unknown":
            yield bad(f"{kind} is unknown: {text(each, 'message') or 'the kubelet has stopped reporting'}", path)
        elif _BAD.get(kind) == state:
            yield bad(f"{kind}: {text(each, 'message') or text(each, 'reason')}", path)
