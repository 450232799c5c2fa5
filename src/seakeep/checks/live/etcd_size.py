"""etcd's database has room.

What: the database is smaller than four fifths of its quota. Why: at the quota every write is refused until somebody
compacts and defragments. Evidence: size by etcdctl endpoint status, the quota of the file. Fix: find what fills it,
compact, defragment, or raise `etcd.quota` (8 GiB at most is advised).
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Machine, Role
from seakeep.facts import etcd
from seakeep.facts.etcd import EtcdState

CHECK = Check(
    id="ETCD004",
    title="etcd's database has room",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="compact and defragment, or raise etcd.quota",
)

SHARE = 0.8


def judge(live: Live) -> Iterable[Note]:
    """Member by member."""
    quota = live.design.etcd.quota_bytes

    def wrong(_: Machine, state: EtcdState) -> str:
        used = state.db_size / quota
        return f"{used:.0%} of the quota of {quota >> 20} MiB are used" if used > SHARE else ""

    return each(live, etcd.FACT, live.design.with_role(Role.ETCD), wrong)
