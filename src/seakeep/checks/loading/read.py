"""Everything that was given could be read.

What: files without permission, binary files, files larger than any manifest, folders that need a program which is not
there (kustomizations: kubectl; charts: helm). Why: what was not read was not judged; it is UNKNOWN, never passed.
Evidence: the reason. Fix: what the reason says.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index, OperatorFile, Trouble

CHECK = Check(
    id="LOAD004",
    title="everything that was given could be read",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="make it readable, install what is missing, or leave it out",
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each place."""
    for problem in index.problems:
        if problem.trouble is Trouble.UNREAD:
            yield Note(
                message=problem.message,
                path=(problem.line,),
                verdict=Verdict.UNKNOWN,
                about=OperatorFile(problem.file, ""),
            )
