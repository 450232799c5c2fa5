"""No etcd member has raised an alarm.

What: no NOSPACE and no CORRUPT. Why: with the first every write is refused, with the second data differs between
members. Evidence: etcdctl endpoint status. Fix: NOSPACE: compact, defragment, `etcdctl alarm disarm`; CORRUPT:
replace the member.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Role
from seakeep.facts import etcd

CHECK = Check(
    id="ETCD003",
    title="no etcd member has raised an alarm",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="compact, defragment, then etcdctl alarm disarm; a corrupt member is replaced",
)


def judge(live: Live) -> Iterable[Note]:
    """Member by member."""
    return each(live, etcd.FACT, live.design.with_role(Role.ETCD), lambda _, state: "; ".join(state.alarms))
