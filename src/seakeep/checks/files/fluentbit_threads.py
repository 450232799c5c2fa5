"""Fluent Bit's inputs run in threads of their own where that was meant.

What: no `workers` in an input or in SERVICE; `threaded on` in inputs. Why: workers is a setting of outputs and is
passed over elsewhere. Evidence: the sections. Fix: `threaded on`.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Note, Per, Scope, bad
from seakeep.checks.files.fluentbit import sections
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="FLB001",
    title="Fluent Bit's threads are set where they count",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("fluent-bit",),
    remediation="threaded on for inputs, workers for outputs",
    references=("https://docs.fluentbit.io/manual/administration/multithreading",),
)


def judge(file: OperatorFile, index: Index) -> Iterator[Note]:
    """Filters and the service have neither."""
    for section in sections(file, index, "service", "input", "filter"):
        if section.get("workers"):
            yield bad(f"workers has no effect in {section.kind} {section.plugin}".rstrip(), section.at("workers"))
