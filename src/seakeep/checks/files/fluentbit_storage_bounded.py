"""Fluent Bit's buffers on disk have a limit.

What: `storage.total_limit_size` in outputs where an input keeps its buffers on disk. Why: an output that is down
fills the node's disk. Evidence: inputs and outputs. Fix: `storage.total_limit_size 1G`; it drops the oldest first.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB003",
    title="Fluent Bit's buffers on disk have a limit",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="storage.total_limit_size in each output",
)

_NOWHERE = frozenset({"null", "stdout", "counter"})


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Outputs that cannot be down need none."""
    on_disk = [each for each in sections(file, index, "input") if each.get("storage.type").lower() == "filesystem"]
    for output in sections(file, index, "output") if on_disk else ():
        if output.plugin not in _NOWHERE and not output.get("storage.total_limit_size"):
            yield bad(f"output {output.plugin} may fill the disk", output.where)
