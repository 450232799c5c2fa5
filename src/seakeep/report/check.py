"""`seakeep check`: what was found, how much of it could be told, and what a design survives."""

from collections.abc import Mapping

import msgspec

from seakeep.core.errors import Exit
from seakeep.core.finding import REVIEW, Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.report.document import Document
from seakeep.report.model import Part, Report, exit_of


class SurvivalRow(Part, frozen=True, kw_only=True):
    """What is left after a loss. `loss` is `machine`, `site`, `machine pair` or `site pair`.

    `lost` names the machines or sites. `etcd`: quorum is kept; `api`: an API server is left and can be reached;
    `workers`: a worker is left. `why` says what ends, where something does.
    """

    loss: str
    lost: tuple[str, ...]
    etcd: bool
    api: bool
    workers: bool
    why: str = ""

    @property
    def survives(self) -> bool:
        """Whether the control plane keeps its state and answers."""
        return self.etcd and self.api


class Resource(Part, frozen=True, kw_only=True):
    """What a finding is about. `line` is 1-based; 0 where it stands in no file. A machine has the kind `Machine`."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return " ".join(filter(None, [self.kind, "/".join(filter(None, [self.namespace, self.name]))]))

    @property
    def place(self) -> str:
        """`file:line`, as editors take it."""
        return f"{self.file}:{self.line}" if self.file and self.line else self.file


class Waived(Part, frozen=True, kw_only=True):
    """Why a failure stands on purpose, and until when."""

    owner: str
    reason: str
    expires: str


Evidence = str | int | float | bool | None | tuple[str | int | float | bool | None, ...]
"""What a fact of a finding may be: a value, or several."""


class CheckFinding(Part, frozen=True, kw_only=True):
    """One judgement. `path` is the field (`spec.containers[0].image`), `evidence` what the verdict rests on."""

    id: str
    verdict: Verdict
    severity: Severity
    title: str
    resource: Resource = Resource()
    path: str = ""
    message: str = ""
    evidence: Mapping[str, Evidence] = msgspec.field(default_factory=dict)
    remediation: str = ""
    waiver: Waived | None = None

    @property
    def counts(self) -> bool:
        """Whether it makes the whole a failure. Warnings and informations do not."""
        return self.verdict is Verdict.FAIL and self.severity is Severity.ERROR

    @property
    def review(self) -> bool:
        """Whether it is evidence for a person, who alone can judge it."""
        return self.verdict is Verdict.NOT_APPLICABLE and self.message.startswith(REVIEW)

    @property
    def identity(self) -> tuple[str, ...]:
        """What stays the same when lines move: for baselines and comparisons."""
        resource = self.resource
        named = (resource.kind, resource.namespace, resource.name)
        return (self.id, *named, "" if resource.name else resource.file, self.path)


class Summary(Part, frozen=True, kw_only=True):
    """Counts. The unit of the verdicts is one check and one object: several findings of a check in an object are one.

    `known` findings are hidden because the baseline has them. `errors`, `warnings` and `infos` count failures by
    severity.
    """

    objects: int = 0
    files: int = 0
    checks: int = 0
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0
    waived: int = 0
    known: int = 0
    errors: int = 0
    warnings: int = 0
    infos: int = 0

    @property
    def applicable(self) -> int:
        """Questions that arose. What was waived or could not be told stays among them: leaving it out would make the
        numbers better without anything having become better."""
        return self.passed + self.failed + self.unknown + self.waived


class CheckReport(Report, frozen=True, kw_only=True, tag="CheckReport"):
    """The judgement. `readiness` is passed/applicable and `coverage` judged/applicable; both are null where no question
    arose, which is neither 0 nor 1. `survival` is there where a cluster's file was judged; `file` is its path as given.
    """

    verdict: Verdict
    readiness: float | None = None
    coverage: float | None = None
    summary: Summary = Summary()
    findings: tuple[CheckFinding, ...] = ()
    cluster_name: str = ""
    file: str = ""
    survival: tuple[SurvivalRow, ...] = ()

    @property
    def exit_code(self) -> Exit:
        return exit_of(self.verdict)

    def document(self) -> Document:
        from seakeep.report.check_view import check_view  # noqa: PLC0415 - the view draws this type

        return check_view(self)


def readiness(summary: Summary) -> float | None:
    """Passed of applicable. A number is only 1 when all passed."""
    return _share(summary.passed, summary.applicable)


def coverage(summary: Summary) -> float | None:
    """Judged of applicable."""
    return _share(summary.applicable - summary.unknown, summary.applicable)


def _share(part: int, whole: int) -> float | None:
    if not whole:
        return None
    return 1.0 if part == whole else min(round(part / whole, 4), 0.9999)


def of_design(finding: Finding, *, cluster_name: str, file: str) -> CheckFinding:
    """A finding about a cluster's file."""
    resource = Resource(api_version="seakeep/v1", kind="Cluster", name=cluster_name, file=file, line=finding.line or 0)
    return CheckFinding(
        id=finding.id,
        verdict=finding.verdict,
        severity=finding.severity,
        title=finding.title,
        resource=resource,
        path=finding.where,
        message=finding.message,
        remediation=finding.remediation,
    )


def counted(findings: tuple[Finding, ...]) -> Summary:
    """The counts of findings that are a unit each."""
    verdicts = [finding.verdict for finding in findings]
    failed = [finding.severity for finding in findings if finding.verdict is Verdict.FAIL]
    return Summary(
        checks=len({finding.id for finding in findings}),
        passed=verdicts.count(Verdict.PASS),
        failed=len(failed),
        unknown=verdicts.count(Verdict.UNKNOWN),
        not_applicable=verdicts.count(Verdict.NOT_APPLICABLE),
        waived=verdicts.count(Verdict.WAIVED),
        errors=failed.count(Severity.ERROR),
        warnings=failed.count(Severity.WARNING),
        infos=failed.count(Severity.INFO),
    )
