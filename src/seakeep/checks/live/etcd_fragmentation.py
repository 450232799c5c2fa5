"""etcd's database is not mostly air.

What: half of the file or more is in use, where it is larger than 100 MiB. Why: the quota counts the file, not what is
in it. Evidence: size and size in use by etcdctl endpoint status. Fix: `etcdctl defrag`, one member after the other,
the leader last.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Machine, Role
from seakeep.facts import etcd
from seakeep.facts.etcd import EtcdState

CHECK = Check(
    id="ETCD005",
    title="etcd's database is not mostly air",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="etcdctl defrag, one member after the other, the leader last",
)

SMALL = 100 << 20
"""Bytes below which it does not matter."""


def judge(live: Live) -> Iterable[Note]:
    """Member by member."""
    return each(live, etcd.FACT, live.design.with_role(Role.ETCD), _wrong)


def _wrong(_: Machine, state: EtcdState) -> str:
    if state.db_size <= SMALL or state.db_in_use * 2 >= state.db_size:
        return ""
    return f"{state.db_in_use / state.db_size:.0%} of {state.db_size >> 20} MiB are in use"
