"""Fluent Bit's inputs have the limit that counts for them.

What: `mem_buf_limit` in inputs that keep their buffers in memory, and only there. Why: without it an output that is
down takes the node's memory; with buffers on disk it has no effect. Evidence: the inputs. Fix: `mem_buf_limit 5MB`,
or `storage.type filesystem` without it.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB004",
    title="Fluent Bit's inputs have the limit that counts for them",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="mem_buf_limit for buffers in memory, storage.total_limit_size for those on disk",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """A SERVICE whose storage.type is inherited decides for inputs that say nothing."""
    inherited = any(
        service.on("storage.inherit") and service.get("storage.type").lower() == "filesystem"
        for service in sections(file, index, "service")
    )
    for each in sections(file, index, "input"):
        on_disk = (each.get("storage.type").lower() or ("filesystem" if inherited else "memory")) == "filesystem"
        if on_disk and each.get("mem_buf_limit"):
            yield bad(f"mem_buf_limit has no effect for input {each.plugin}", each.at("mem_buf_limit"))
        elif not on_disk and each.plugin == "tail" and not each.get("mem_buf_limit"):
            yield bad("input tail may take all memory", each.where)
