"""etcd members are replaced one at a time.

What: at most one member goes while another comes. Why: each new member starts without data; two at once leave a quorum
that one more failure breaks, and nothing to go back to. Evidence: etcd's own member list against the file. Fix: replace
one, wait until it has caught up (apply does), then the next. Adding several, or removing several, is done one by one.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts.etcd import Member

CHECK = Check(
    id="CHG008",
    title="etcd members are replaced one at a time",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="change one member in the file, apply, then the next",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding when more than one would be replaced."""
    found = fleet.member_changes
    if found is None:
        return
    replaced = min(len(found.out), len(found.joining))
    if replaced > 1:
        out, new = ", ".join(map(_named, found.out)), ", ".join(machine.name for machine in found.joining)
        message = f"{replaced} members would be replaced at once: out {out}; in {new}"
        yield CHECK.found(Verdict.FAIL, message, where="spec.machines")


def _named(member: Member) -> str:
    return member.name or member.id
