"""A fault that comes again is a Schedule.

What: no `scheduler` inside a fault. Why: it is of version 1; version 2 refuses it. Evidence: the spec. Fix: kind
Schedule with `schedule`, `type` and the fault's spec under its name.
"""

from seakeep.checks.base import Answer, Check, Scope, bad
from seakeep.checks.objects.chaos import TYPES
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="CHM003",
    title="a fault that comes again is a Schedule",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    types=TYPES,
    remediation="kind: Schedule with schedule, type and the fault under its name",
    references=("https://chaos-mesh.org/docs/define-scheduling-rules/",),
)


def judge(each: Manifest, _: Index) -> Answer:
    """The field of version 1."""
    return bad("scheduler is of version 1", ("spec", "scheduler")) if "scheduler" in each.spec else None
