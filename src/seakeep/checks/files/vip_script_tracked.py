"""Every virtual address is tied to a health check.

What: track_script, or another way of tracking, in every vrrp_instance. Why: without it the address leaves a machine
only when the machine or keepalived itself dies. Evidence: the vrrp_instance blocks. Fix: `track_script { NAME }`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.formats.keepalived import Block
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA002",
    title="every virtual address is tied to a health check",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="vrrp_instance ... { track_script { NAME } }",
)

_WAYS = ("track_script", "track_process", "track_file", "track_bfd")


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """A group that an instance is in may track for it."""
    conf = keepalived_of(file, index)
    grouped = {
        member
        for group in conf.find("vrrp_sync_group")
        if _tracks(group)
        for block in group.find("group")
        for child in block.children
        for member in child.words
    }
    known = {script.name for script in conf.find("vrrp_script")}
    for instance in conf.find("vrrp_instance"):
        if not _tracks(instance) and instance.name not in grouped:
            yield bad(f"{instance.name} is tied to nothing", (instance.line,))
        for block in instance.find("track_script"):
            for child in block.children:
                if child.kind not in known:
                    yield bad(f"{instance.name} tracks {child.kind}, which is not defined here", (child.line,))


def _tracks(block: Block) -> bool:
    return any(block.has(way) for way in _WAYS)
