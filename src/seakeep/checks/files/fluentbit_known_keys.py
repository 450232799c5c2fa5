"""Fluent Bit knows the storage settings that it is given.

What: settings of storage are written with a dot: `storage.max_chunks_up`. Why: `storage_max_chunks_up` is passed over
in silence. Evidence: keys that begin with storage_. Fix: write the dot.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB006",
    title="Fluent Bit knows the storage settings that it is given",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="write storage.NAME with a dot",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """All sections."""
    for section in sections(file, index, "service", "input", "output"):
        for key in section.settings:
            if key.startswith("storage_"):
                yield bad(f"{key} is passed over; it is storage.{key.removeprefix('storage_')}", section.at(key))
