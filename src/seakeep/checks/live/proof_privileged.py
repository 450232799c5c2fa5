"""A privileged pod is refused.

What: a privileged pod for the namespace default is sent for a dry run and refused. Why: admission that is not in
force lets a pod own its node. Evidence: it is done, and what was made is removed. Fix: PodSecurity with restricted or
baseline as its default.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live
from seakeep.checks.live.proven import proven
from seakeep.core.finding import Severity

CHECK = Check(
    id="SEC004",
    title="a privileged pod is refused",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="PodSecurity with restricted or baseline as its default",
    equivalents=(
        "cis-1.12:5.2.2",
        "cis-1.12:5.2.1",
    ),
)


def judge(live: Live) -> Iterable[Note]:
    """What was tried at each place."""
    return proven(live, "privileged")
