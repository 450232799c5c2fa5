"""etcd elects a leader when it should, and not before.

What: election-timeout is five times heartbeat-interval or more, and no more than 50 s. Why: a shorter one elects anew
whenever a heartbeat is late; etcd refuses a longer one. Evidence: both, in milliseconds; defaults 1000 and 100. Fix:
heartbeat about the longest round trip, election ten times that.
"""

from seakeep.checks.base import Answer, Check, Per, Scope, bad
from seakeep.core.finding import Severity
from seakeep.manifests.access import number
from seakeep.manifests.index import Index, OperatorFile

CHECK = Check(
    id="ETF002",
    title="etcd's election timeout fits its heartbeat",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.FILE,
    forms=("etcd",),
    remediation="heartbeat-interval about the longest round trip, election-timeout ten times that",
    references=("https://etcd.io/docs/v3.6/tuning/",),
)


def judge(file: OperatorFile, _: Index) -> Answer:
    """Both in milliseconds."""
    heartbeat = number(file.data, "heartbeat-interval") or 100
    election = number(file.data, "election-timeout") or 1000
    if 5 * heartbeat <= election <= 50_000:
        return None
    return bad(f"election {election} ms, heartbeat {heartbeat} ms", ("election-timeout",))
