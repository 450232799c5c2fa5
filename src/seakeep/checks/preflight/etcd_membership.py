"""etcd starts once, together.

What: either no etcd machine has a member's data, or all have. Why: a member without data that starts as part of a new
cluster beside the living one ends in two clusters. Evidence: the data directories. Fix: replacing or adding a member
is a change of its own: remove the member, add it as a learner, let it catch up.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.facts import etcd_data, units

CHECK = Check(
    id="PRE014",
    scope=Scope.PREFLIGHT,
    title="etcd members belong together",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="restore the member's data directory, or start over with `seakeep reset`",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """While the cluster has never been seen whole, members may start one after the other: all of them know the same
    member list. Once it has (`formed`), a member without data is a replacement and does not start by itself."""
    members = [machine.name for machine in fleet.design.with_role(Role.ETCD) if machine.name in fleet.facts]
    with_data = [name for name in members if fleet.facts[name].get(etcd_data.FACT)]
    for name in members:
        state = fleet.facts[name].get(units.FACT).get("etcd.service")
        was_started = state is not None and state.stamp != ""
        if name in with_data or not with_data:
            yield CHECK.found(Verdict.PASS, "has data" if name in with_data else "not started yet", where=name)
        elif was_started or name in fleet.formed:
            yield CHECK.found(Verdict.FAIL, "its data directory is gone while other members live", where=name)
        elif fleet.formed:
            yield CHECK.found(Verdict.FAIL, "is not a member of the living cluster", where=name)
        else:
            yield CHECK.found(Verdict.PASS, "not started yet", where=name)
