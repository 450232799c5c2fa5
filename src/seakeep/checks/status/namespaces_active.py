"""A namespace that was deleted is gone.

What: served Namespaces in the phase Terminating. Why: something with a finalizer is left in it that nobody clears, or
an aggregated API does not answer; nothing can be made in it. Evidence: the phase and what its conditions say. Fix:
what the condition names; never an edit of the finalizers first.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import mappings, text
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="STA003",
    title="namespaces are not stuck in their deletion",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.OBJECT,
    types=("Namespace",),
    remediation="find what holds it: kubectl get namespace NAME -o yaml, status.conditions",
    equivalents=("popeye:POP-800",),
)


def judge(manifest: Manifest, _: Index) -> Answer:
    """With the condition that says what is left."""
    phase = text(manifest.body, "status", "phase")
    if not phase:
        return MOOT
    if phase == "Active":
        return None
    said = [
        text(each, "message")
        for _, each in mappings(manifest.body, "status", "conditions")
        if each.get("status") == "True"
    ]
    return bad(f"it is {phase}" + (f": {said[0]}" if said else ""), ("status", "phase"))
