"""convert: objects of outdated versions, rewritten to those that a release serves."""

from collections.abc import Sequence

from seakeep.checks.api import served_in_target
from seakeep.checks.api.conversion import Conversion, convert
from seakeep.checks.base import Note
from seakeep.checks.engine import Judged
from seakeep.core.errors import UsageError
from seakeep.core.verdict import Verdict
from seakeep.flows import second_opinion
from seakeep.flows.check import Request, read, target_of
from seakeep.flows.fix import Fixes, fixes
from seakeep.manifests.access import dotted
from seakeep.manifests.index import Problem
from seakeep.manifests.load import find
from seakeep.report.convert import ConversionRow, ConvertReport, DecisionRow


def plan_conversion(request: Request) -> tuple[ConvertReport, Fixes]:
    """What has to change, and the files as they would be. UsageError without files or folders."""
    if "-" in request.paths or not request.paths:
        raise UsageError(
            "convert needs files or folders", hint="what comes on standard input has no place to be written"
        )
    loaded = read(request)
    target = target_of(request)
    found = [each for manifest in loaded.manifests if (each := convert(manifest, target)) is not None]
    other = second_opinion.program()
    if other is not None and found:
        found = second_opinion.compared(found, other)
    said = [
        Judged(served_in_target.CHECK, Note(message="", path=("apiVersion",), fix=each.edits), each.manifest)
        for each in found
        if each.edits
    ]
    written = fixes(said, map(str, find(request.paths).files))
    return _report(found, len(loaded.manifests), target, written, loaded.problems, second=bool(other)), written


def _report(
    found: Sequence[Conversion],
    objects: int,
    target: tuple[int, int],
    written: Fixes,
    problems: Sequence[Problem],
    *,
    second: bool,
) -> ConvertReport:
    rows = tuple(_row(each) for each in found)
    refused = tuple(f"{file}: {why}" for file, why in written.refused)
    unread = tuple(f"{each.file}:{each.line}: {each.message}" for each in problems)
    verdict = Verdict.PASS
    if unread:
        verdict = Verdict.UNKNOWN
    if refused or any(row.verdict is Verdict.FAIL for row in rows):
        verdict = Verdict.FAIL
    name = f"{target[0]}.{target[1]}"
    return ConvertReport(
        verdict=verdict, target=name, objects=objects, conversions=rows, refused=refused, unread=unread, second=second
    )


def _row(each: Conversion) -> ConversionRow:
    manifest = each.manifest
    decisions = tuple(
        DecisionRow(path=dotted(said.path), line=manifest.line(said.path), message=said.message, must=said.must)
        for said in each.decisions
    )
    return ConversionRow(
        file=manifest.file,
        line=manifest.line(),
        object=str(manifest),
        version=manifest.api_version,
        to=each.to,
        verdict=Verdict.PASS if each.complete else Verdict.FAIL,
        decisions=decisions,
    )
