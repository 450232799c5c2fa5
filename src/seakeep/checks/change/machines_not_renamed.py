"""An address belongs to one machine at a time.

What: no new name stands at the address of a machine of the cluster. Why: it is either the same machine under another
name, whose certificates, Node object and etcd member all carry the old one, or a new machine on which the old one's
clients will call. Evidence: the inventory of the last apply. Fix: remove the old name first, in an apply of its own.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict

CHECK = Check(
    id="CHG004",
    title="machines are not renamed and addresses not reused",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="put the old name back; a new machine in its place takes the name too (`seakeep node replace NAME`), "
    "or remove the old one in an apply of its own and add the new one in the next",
    scope=Scope.PREFLIGHT,
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each new name at a known address."""
    if fleet.known is None:
        return
    owners = {machine.address: machine.name for machine in fleet.known.machines}
    names = {machine.name for machine in fleet.known.machines}
    for machine in fleet.design.machines:
        owner = owners.get(machine.address)
        if owner is not None and machine.name not in names:
            message = f"{machine.address} is the address of {owner}, which is part of the cluster"
            yield CHECK.found(Verdict.FAIL, message, where=machine.name)
