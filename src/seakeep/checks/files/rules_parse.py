"""Prometheus understands its rules.

What: every expr is PromQL. Why: Prometheus does not load a file with one that is not: none of its rules work.
Evidence: the expressions, templates of a chart left out. Fix: see the message.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.files.rules import rules
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.manifests.index import Index

CHECK = Check(
    id="PRM001",
    title="Prometheus understands its rules",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="promtool check rules FILE",
)


def judge(index: Index) -> Iterator[Note]:
    """An expression that still has to be rendered could not be told."""
    found = index.once(rules)
    if not found:
        yield MOOT
    for rule in found:
        if rule.query is None:
            verdict = Verdict.UNKNOWN if "{{" in rule.expr else Verdict.FAIL
            yield Note(message=f"{rule.name}: {rule.wrong}", path=rule.path, about=rule.about, verdict=verdict)
