"""An object is written in one place.

What: two objects of the same kind, name and namespace, of whatever version, among those that are judged together.
Objects with generateName are as many as they like. Why: the last one that is applied wins, which depends on the order
of files; it is usually a copied block whose name was not changed. Evidence: where the other is. Fix: rename or remove
one.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest

CHECK = Check(
    id="SCH009",
    title="no object is written twice",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.MANIFEST,
    per=Per.INDEX,
    remediation="rename or remove one of the two",
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each that comes again."""
    first: dict[tuple[str, str, str], Manifest] = {}
    for each in index.manifests:
        if not each.name or "name" not in each.metadata:
            continue
        key = (each.type, each.namespace, each.name)
        other = first.setdefault(key, each)
        if other is not each:
            where = f"{other.file}:{other.line()}"
            yield Note(
                message=f"it is written at {where} too",
                path=("metadata", "name"),
                about=each,
                evidence={"other": where},
            )
