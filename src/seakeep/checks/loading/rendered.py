"""What is judged is what would be applied, not the template that it is made from.

What: documents with template markers that are no YAML by themselves. Why: nobody knows what they say until they are
rendered, so it is UNKNOWN. Evidence: the line. Fix: give the chart's folder (it is rendered with helm), or pipe the
rendered text.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index, OperatorFile, Trouble

CHECK = Check(
    id="LOAD003",
    title="templates and charts are rendered before they are judged",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="give the folder of the chart, or render it and pipe it: helm template . | seakeep check -",
)


def judge(index: Index) -> Iterator[Note]:
    """One note for each place."""
    for problem in index.problems:
        if problem.trouble is Trouble.TEMPLATE:
            yield Note(
                message=problem.message,
                path=(problem.line,),
                verdict=Verdict.UNKNOWN,
                about=OperatorFile(problem.file, ""),
            )
