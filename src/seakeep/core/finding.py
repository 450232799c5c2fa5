"""One judgement with its evidence."""

from dataclasses import dataclass
from enum import StrEnum

from seakeep.core.verdict import Verdict

REVIEW = "a person decides: "
"""How the message of a finding begins that collects evidence for a person, and judges nothing."""


class Severity(StrEnum):
    """How bad it is when the finding is a FAIL. `error` refuses the run, `warning` does not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was judged, the verdict, why, and what to do about it.

    `where` is a field path of the spec (`etcd.members`), a machine's name or an object's name.
    `line` is the 1-based line of the user's file, where the finding is about a field that stands there.
    """

    id: str
    verdict: Verdict
    severity: Severity
    title: str
    message: str
    remediation: str = ""
    where: str = ""
    line: int | None = None

    @property
    def refuses(self) -> bool:
        """Whether nothing may be changed while this finding stands."""
        return self.verdict is Verdict.FAIL and self.severity is Severity.ERROR
