"""etcd's data is closed.

What: the data folder has mode 0700 or less and belongs to etcd. Why: every secret of the cluster lies in it.
Evidence: stat on each machine. Fix: chmod 700 and chown etcd:etcd; `seakeep apply` does both.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.modes import closed
from seakeep.core.finding import Severity
from seakeep.design.model import Role

CHECK = Check(
    id="ETCD102",
    title="etcd's data is closed",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="chmod 700 and chown etcd:etcd; `seakeep apply` does both",
    equivalents=("cis-1.12:1.1.11", "cis-1.12:1.1.12", "kubescape:C-0102", "kubescape:C-0103"),
)


def judge(live: Live) -> Iterable[Note]:
    """Machine by machine."""
    folder = live.design.etcd.data_dir
    return closed(live, live.design.with_role(Role.ETCD), paths=(folder,), most=0o700, owner="etcd")
