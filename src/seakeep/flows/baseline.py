"""Baselines: what an earlier report already had, and what differs between two."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from seakeep.core.errors import UsageError, unreadable
from seakeep.core.verdict import Verdict
from seakeep.report.check import CheckFinding
from seakeep.report.check_diff import CheckDiffReport

OPEN = frozenset({Verdict.FAIL, Verdict.UNKNOWN})


class _Stored(msgspec.Struct, rename="camel"):
    """The part of a report that comparisons need."""

    kind: str
    findings: list[CheckFinding]


def read_report(path: Path) -> list[CheckFinding]:
    """The findings of a stored report. UsageError where it is none."""
    try:
        stored = msgspec.json.decode(path.read_bytes(), type=_Stored)
    except OSError as error:
        raise unreadable(path, error, UsageError, what="the report") from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path} is no report of `seakeep check -o json`: {error}") from error
    if stored.kind != "CheckReport":
        raise UsageError(f"{path} is a {stored.kind}, not a CheckReport")
    return stored.findings


def without_known(findings: Sequence[CheckFinding], baseline: Path) -> tuple[list[CheckFinding], int]:
    """The findings that the baseline does not have, and how many it has. One that got worse is new."""
    known = {(each.identity, each.verdict) for each in read_report(baseline) if each.verdict in OPEN}
    new = [each for each in findings if (each.identity, each.verdict) not in known]
    return new, len(findings) - len(new)


def diff(before: Path, after: Path) -> CheckDiffReport:
    """What is new, what is gone and how much is the same between two reports."""
    old = {each.identity: each for each in read_report(before) if each.verdict in OPEN}
    now = {each.identity: each for each in read_report(after) if each.verdict in OPEN}
    return CheckDiffReport(
        new=tuple(each for key, each in now.items() if key not in old or old[key].verdict is not each.verdict),
        gone=tuple(each for key, each in old.items() if key not in now),
        same=sum(key in old and old[key].verdict is each.verdict for key, each in now.items()),
    )
