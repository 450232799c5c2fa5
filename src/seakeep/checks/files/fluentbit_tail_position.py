"""Fluent Bit remembers how far it has read.

What: `db` in every tail input, each with a file of its own. Why: after a restart everything is sent again, or what was
written meanwhile is left out; two inputs that share a file overwrite each other's position. Evidence: the tail inputs.
Fix: `db /var/lib/fluent-bit/NAME.db`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB005",
    title="Fluent Bit remembers how far it has read",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="db with a file of its own for each tail input",
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Tail inputs of one file."""
    seen: set[str] = set()
    for each in sections(file, index, "input"):
        if each.plugin != "tail":
            continue
        position = each.get("db")
        if not position:
            yield bad("input tail forgets its position", each.where)
        elif position in seen:
            yield bad(f"two inputs share {position}", each.at("db"))
        seen.add(position)
