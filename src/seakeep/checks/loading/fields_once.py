"""A field is given once.

What: the names within each mapping of each document. Why: the last one wins without a word, where it is applied;
reviewers read the first. Strict readers refuse the file. Evidence: the second place. Fix: keep one.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index, OperatorFile, Trouble

CHECK = Check(
    id="LOAD002",
    title="fields are given once",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="keep one of the two",
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each place."""
    for problem in index.problems:
        if problem.trouble is Trouble.TWICE:
            yield Note(
                message=problem.message,
                path=(problem.line,),
                verdict=Verdict.FAIL,
                about=OperatorFile(problem.file, ""),
            )
