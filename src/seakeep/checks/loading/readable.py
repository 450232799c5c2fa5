"""A file with a manifest's name holds YAML or JSON, and all of it.

What: every .yaml, .yml and .json file of the folders that were given, document by document; a document that cannot be
read leaves the others judged. Aliases that unfold into millions of values, and fields nested beyond any sense, count
as unreadable. Why: what kubectl cannot read is not deployed, and nothing in it was judged. Evidence: the line and
what the parser says. Fix: correct the line, or the one above.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index, OperatorFile, Trouble

CHECK = Check(
    id="LOAD001",
    title="files hold what their names say",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="correct the file at the line",
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each place."""
    for problem in index.problems:
        if problem.trouble is Trouble.INVALID:
            yield Note(
                message=problem.message,
                path=(problem.line,),
                verdict=Verdict.FAIL,
                about=OperatorFile(problem.file, ""),
            )
