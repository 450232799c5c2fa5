"""The operating system is one that Seakeep installs on.

What: /etc/os-release and the architecture. Why: packages come through apt or dnf, programs for amd64 or arm64.
Evidence: ID, VERSION_ID, uname -m. Fix: install Debian 12+, Ubuntu 22.04+, or a Red Hat 9 family system.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import system

CHECK = Check(
    id="PRE002",
    scope=Scope.PREFLIGHT,
    title="operating system is supported",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="use Debian 12+, Ubuntu 22.04+, or a Red Hat 9 family system on amd64 or arm64",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """By family: a derivative counts through ID_LIKE."""
    for name, facts in sorted(fleet.facts.items()):
        found = facts.get(system.FACT)
        good = found.family != "" and found.arch in {"amd64", "arm64"}
        message = f"{found.os_id} {found.os_version} on {found.arch}, kernel {found.kernel}"
        yield CHECK.found(Verdict.PASS if good else Verdict.FAIL, message, where=name)
