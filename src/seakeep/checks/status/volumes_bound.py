"""Volumes and claims have found each other.

What: the phase of served PersistentVolumes and claims. Pending and Failed ones and lost claims fail; a volume that
nobody claims, or whose claim is gone (Available, Released), costs money and is told as an information. A claim that
waits for its first consumer is Pending until a pod comes. Why: the pod that needs it does not start; a lost claim has
lost its data. Evidence: the phase. Fix: a storage class that exists, a volume of the right size and zone.
"""

from dataclasses import replace

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA004",
    title="volumes are bound to their claims",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("PersistentVolume", "PersistentVolumeClaim"),
    remediation="kubectl describe it: the events name what is missing",
    equivalents=(
        "popeye:POP-1000",
        "popeye:POP-1001",
        "popeye:POP-1002",
        "popeye:POP-1003",
        "popeye:POP-1004",
    ),
)


_SPARE = frozenset({"Available", "Released"})


def judge(manifest: Manifest, _: Index) -> Answer:
    """Spare volumes are only worth a word."""
    phase = text(manifest.body, "status", "phase")
    if not phase:
        return MOOT
    if phase == "Bound":
        return None
    note = bad(f"it is {phase}", ("status", "phase"))
    return replace(note, severity=Severity.INFO) if phase in _SPARE else note
