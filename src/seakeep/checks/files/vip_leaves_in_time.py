"""A sick machine gives the virtual address up within ten seconds.

What: `interval` times `fall` of the quickest vrrp_script; a slower one beside it asks for something else. Why: the
kubeadm documents' 3 s x 10 are half a minute without an API although a healthy machine stands by. Evidence: interval
(default 1) and fall (default 1) of the scripts. Fix: `interval 1`, `fall 2`, `rise 2`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.lookups import keepalived_of
from seakeep.core.finding import Severity
from seakeep.formats.keepalived import Block
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="KPA003",
    title="a sick machine gives the virtual address up in time",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("keepalived",),
    remediation="interval 1; fall 2; rise 2",
)

MOST = 10.0
"""Seconds."""


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Nothing where no script is defined: that is another check's."""
    scripts = list(keepalived_of(file, index).find("vrrp_script"))
    if not scripts:
        return
    quickest = min(scripts, key=_takes)
    takes = _takes(quickest)
    if takes > MOST:
        yield bad(f"{quickest.name} takes {takes:g} s, wanted {MOST:g} s or less", (quickest.line,), seconds=takes)


def _takes(script: Block) -> float:
    return (script.number("interval") or 1.0) * (script.number("fall") or 1.0)
