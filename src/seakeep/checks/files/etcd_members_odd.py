"""An etcd cluster has an odd number of members.

What: initial-cluster names 1, 3, 5 or 7 members. Why: an even one adds a member that can fail and no failure that is
survived: of four members one may go, as of three. Evidence: initial-cluster of a configuration file. Fix: take one
out or add one, in another failure domain.
"""

from seakeep.checks.base import MOOT, Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import text
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ETF001",
    title="an etcd cluster has an odd number of members",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("etcd",),
    remediation="3 or 5 members, in three failure domains or more",
    references=("https://etcd.io/docs/v3.6/faq/",),
)


def judge(file: OperatorFile, _: Index) -> Answer:
    """A member may have several addresses."""
    members = {part.partition("=")[0].strip() for part in text(file.data, "initial-cluster").split(",") if part.strip()}
    if not members:
        return MOOT
    if len(members) % 2:
        return None
    return bad(f"{len(members)} members: {', '.join(sorted(members))}", ("initial-cluster",), members=len(members))
