"""A node has one network configuration.

What: one file in a CNI configuration folder. Why: the runtime takes the first by name; another that comes before it
after an installation takes over new pods, and they cannot reach the others. Evidence: the files of each folder,
sorted. Fix: remove what the node does not use.
"""

from collections.abc import Iterator
from pathlib import PurePath

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="CNI001",
    title="a node has one network configuration",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="remove the configurations that the node does not use",
    references=("https://github.com/containernetworking/cni/blob/main/SPEC.md",),
)


def judge(index: Index) -> Iterator[Note]:
    """Folder by folder."""
    folders: dict[str, list[OperatorFile]] = {}
    for file in index.files("cni"):
        folders.setdefault(str(PurePath(file.file).parent), []).append(file)
    if not folders:
        yield MOOT
    for files in folders.values():
        used, *others = sorted(files, key=lambda file: PurePath(file.file).name)
        for other in others:
            names = [text(each.data, "name") or "no name" for each in (used, other)]
            yield Note(
                message=f"{PurePath(used.file).name} ({names[0]}) wins over {PurePath(other.file).name} ({names[1]})",
                about=other,
                evidence={"used": used.file},
            )
