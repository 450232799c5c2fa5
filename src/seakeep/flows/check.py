"""check: judge a cluster's file, objects and operators' files, a living cluster, in one report."""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from seakeep.checks.engine import Engine, Judged, Verdicts
from seakeep.checks.files.forms import form_of
from seakeep.checks.registry import CHECKS
from seakeep.checks.select import Selection
from seakeep.checks.shares import judged
from seakeep.checks.waivers.apply import annotated, apply
from seakeep.core.errors import UsageError
from seakeep.core.finding import Severity
from seakeep.core.json import Json
from seakeep.core.verdict import Verdict
from seakeep.core.waiver import ObjectWaiver
from seakeep.flows.baseline import without_known
from seakeep.manifests.access import dotted
from seakeep.manifests.index import Index, OperatorFile, Policy
from seakeep.manifests.load import find, read_files, read_stream
from seakeep.manifests.model import Manifest
from seakeep.manifests.read import Loaded, Texts
from seakeep.report.check import (
    CheckFinding,
    CheckReport,
    Evidence,
    Resource,
    Summary,
    SurvivalRow,
    Waived,
    coverage,
    readiness,
)

if TYPE_CHECKING:
    from seakeep.checks.live.base import Live
    from seakeep.flows.fix import Fixes


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is judged and how. `file` is a cluster's file, None where none is meant. `-` among the paths is
    standard input. `target` is the Kubernetes minor that objects are for; None takes the newest that is known.
    `today` decides which waivers have expired. `registries`, `signed`, `labels` and `annotations` are those of
    Policy. `live` says that a living cluster is judged as well."""

    file: Path | None = None
    paths: tuple[str, ...] = ()
    stdin: BinaryIO | None = None
    selection: Selection = field(default_factory=Selection)
    target: tuple[int, int] | None = None
    passes: bool = False
    baseline: Path | None = None
    waivers: Path | None = None
    namespace: str = "default"
    registries: tuple[str, ...] = ()
    signed: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    annotations: tuple[str, ...] = ()
    live: bool = False
    today: date


@dataclass(slots=True)
class _Whole:
    """What the parts of a run add up to."""

    findings: list[CheckFinding]
    summary: Summary
    survival: tuple[SurvivalRow, ...] = ()
    cluster_name: str = ""
    machines: Collection[str] = ()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing of what is read is garbage before the end; looking for it would take a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_no_collection()
def check(request: Request, live: "Live | None" = None) -> CheckReport:
    """Judge what is asked for, and a cluster that was read.

    UsageError where a path, a waiver file or a baseline is not usable; SpecError where the
    cluster's file cannot be read."""
    whole = _Whole([], Summary())
    if request.file is not None:
        from seakeep.flows.check_design import judge_design  # noqa: PLC0415 - half of the start, and seldom needed

        told = request.passes or not (request.paths or request.live)
        design = judge_design(request.file, request.selection, passes=told)
        whole = _Whole(list(design.findings), design.summary, design.survival, design.cluster_name)
    if request.paths:
        verdicts, given, index = _objects(request)
        _merge(request, whole, verdicts, given, index)
    if live is not None:
        with _no_collection():
            verdicts, given = _living(request, live)
        whole.machines = frozenset(machine.name for machine in live.design.machines)
        _merge(request, whole, verdicts, given, live.index)
    known = 0
    if request.baseline is not None:
        whole.findings, known = without_known(whole.findings, request.baseline)
    return CheckReport(
        verdict=_verdict(whole.findings, whole.summary),
        readiness=readiness(whole.summary),
        coverage=coverage(whole.summary),
        summary=_with(whole.summary, Summary(known=known)),
        findings=tuple(whole.findings),
        cluster_name=whole.cluster_name,
        file=str(request.file) if request.file is not None else "",
        survival=whole.survival,
    )


def read(request: Request) -> Loaded:
    """Everything that the paths lead to, rendered where that is needed."""
    texts = Texts(namespace=request.namespace)
    found = find(path for path in request.paths if path != "-")
    loaded = read_files(found.files, texts)
    loaded.problems += found.problems
    if "-" in request.paths:
        assert request.stdin is not None
        loaded.add(read_stream(request.stdin, texts))
    for unrendered in found.unrendered:
        from seakeep.flows.render_manifests import render  # noqa: PLC0415 - starts programs, and is seldom needed

        loaded.add(render(unrendered, texts, kubernetes=target_of(request)))
    for file in loaded.files:
        file.form = form_of(file)
    return loaded


def plan_fixes(request: Request) -> "Fixes":
    """What would be written to put right what has one right answer. What is waived stays as it is."""
    if "-" in request.paths or not request.paths:
        raise UsageError("--fix needs files or folders", hint="what comes on standard input has no place to be written")
    from seakeep.flows.fix import fixes  # noqa: PLC0415 - only what writes needs it

    verdicts, _, _ = _objects(request)
    return fixes(verdicts.said, map(str, find(request.paths).files))


def _objects(request: Request) -> tuple[Verdicts, dict[int, ObjectWaiver], Index]:
    loaded = read(request)
    index = Index(
        loaded.manifests,
        policy=policy_of(request),
        files=loaded.files,
        problems=loaded.problems,
    )
    modules = request.selection.of(CHECKS)
    verdicts = judged(modules, index, passes=request.passes)
    return verdicts, _waived(request, index, modules, verdicts), index


def _living(request: Request, live: "Live") -> tuple[Verdicts, dict[int, ObjectWaiver]]:
    """The objects and files of a cluster like any others, then what only a cluster can be asked."""
    from seakeep.checks.live.base import run as run_live  # noqa: PLC0415 - brings the design, and is seldom needed
    from seakeep.checks.live.registry import CHECKS as LIVE  # noqa: PLC0415

    modules = request.selection.of(CHECKS)
    verdicts = Engine(modules, live.index, passes=request.passes).run()
    asked = request.selection.of(LIVE)
    more = run_live(asked, live, passes=request.passes)
    verdicts.said += more.said
    verdicts.tallies |= more.tallies
    return verdicts, _waived(request, live.index, [*modules, *asked], verdicts)


def _waived(
    request: Request, index: Index, modules: Sequence[ModuleType], verdicts: Verdicts
) -> dict[int, ObjectWaiver]:
    waivers, wrong = annotated(index)
    if request.waivers is not None:
        from seakeep.flows.waivers import read_waivers  # noqa: PLC0415 - brings a YAML parser, and is seldom needed

        waivers += read_waivers(request.waivers)
    for each in wrong:
        if each.check.id in verdicts.tallies:
            verdicts.said.append(each)
            verdicts.tallies[each.check.id].failed += 1
    return apply(verdicts, waivers, frozenset(module.CHECK.id for module in modules), request.today)


def policy_of(request: Request) -> Policy:
    """What the objects are judged by."""
    return Policy(
        target=target_of(request),
        registries=request.registries,
        signed=request.signed,
        labels=request.labels,
        annotations=request.annotations,
    )


def target_of(request: Request) -> tuple[int, int]:
    """The Kubernetes minor that objects are judged for."""
    return request.target or Policy().target


def _merge(request: Request, whole: _Whole, verdicts: Verdicts, given: dict[int, ObjectWaiver], index: Index) -> None:
    tallies = verdicts.tallies.values()
    # Checks of what was given and of waivers are about nothing where there is nothing wrong and nothing was given.
    counts = Summary(
        objects=len(index.manifests),
        files=len(index.operator_files),
        checks=len(verdicts.tallies),
        passed=sum(each.passed for each in tallies) if index.manifests or index.operator_files else 0,
        failed=sum(each.failed for each in tallies),
        unknown=sum(each.unknown for each in tallies),
        not_applicable=sum(each.moot for each in tallies),
        waived=sum(each.waived for each in tallies),
    )
    findings = [_finding(said, given.get(number), whole.machines) for number, said in enumerate(verdicts.said)]
    failed = [each.severity for each in findings if each.verdict is Verdict.FAIL]
    levels = Summary(
        errors=failed.count(Severity.ERROR),
        warnings=failed.count(Severity.WARNING),
        infos=failed.count(Severity.INFO),
    )
    whole.summary = _with(_with(whole.summary, counts), levels)
    whole.findings += [
        each for each in findings if each.verdict is not Verdict.NOT_APPLICABLE or request.passes or each.review
    ]


def _finding(said: Judged, waiver: ObjectWaiver | None, machines: Collection[str]) -> CheckFinding:
    check, note = said.check, said.note
    open_ = note.verdict in {Verdict.FAIL, Verdict.UNKNOWN}
    return CheckFinding(
        id=check.id,
        verdict=note.verdict,
        severity=note.severity or check.severity,
        title=check.title,
        resource=_resource(said, machines),
        path="" if isinstance(said.about, OperatorFile) and said.about.data is None else dotted(note.path),
        message=note.message,
        evidence={name: _plain(value) for name, value in (note.evidence or {}).items()},
        remediation=(note.remediation or check.remediation) if open_ else "",
        waiver=None
        if waiver is None
        else Waived(owner=waiver.owner, reason=waiver.reason, expires=waiver.expires.isoformat()),
    )


def _plain(value: Json) -> Evidence:
    """Values and lists of values as they are; what has more structure as JSON text."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return tuple(each if each is None or isinstance(each, str | int | float) else _text(each) for each in value)
    return _text(value)


def _text(value: Json) -> str:
    return msgspec.json.encode(value).decode()


def _resource(said: Judged, machines: Collection[str]) -> Resource:
    about = said.about
    if isinstance(about, Manifest):
        return Resource(
            api_version=about.api_version,
            kind=about.kind,
            namespace=about.namespace_given,
            name=about.name,
            file=about.file,
            line=about.line(said.note.path) if said.line is None else said.line,
        )
    if isinstance(about, OperatorFile):
        return Resource(kind="File", file=about.file, line=about.line(said.note.path))
    return Resource(kind="Machine" if said.note.subject in machines else "", name=said.note.subject)


def _verdict(findings: Sequence[CheckFinding], summary: Summary) -> Verdict:
    """FAIL by one error; UNKNOWN where something could not be told, or where nothing was judged at all."""
    if any(each.counts for each in findings):
        return Verdict.FAIL
    # A unit that failed is counted as that, whatever else was said of it.
    if summary.unknown or any(each.verdict is Verdict.UNKNOWN for each in findings) or not summary.applicable:
        return Verdict.UNKNOWN
    return Verdict.PASS


def _with(one: Summary, other: Summary) -> Summary:
    return Summary(**{name: getattr(one, name) + getattr(other, name) for name in Summary.__struct_fields__})
