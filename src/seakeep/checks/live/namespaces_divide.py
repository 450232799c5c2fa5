"""Namespaces divide who has to do with whom.

What: which namespaces there are, and how many objects each holds. Why: rights, quotas and network rules end at a
namespace. Evidence: the namespaces and their pods. Fix: one for each team and purpose.
"""

from collections import Counter
from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, review
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV012",
    title="namespaces divide who has to do with whom",
    severity=Severity.INFO,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("namespaces", "pods"),
    remediation="a namespace for each team and purpose",
    equivalents=("cis-1.12:5.6.1",),
)


def judge(live: Live) -> Iterable[Note]:
    """Which borders are right, only a person can say."""
    counts = Counter(pod.namespace for pod in live.pods)
    told = ", ".join(f"{each.name} ({counts[each.name]} pods)" for each in live.index.of("Namespace"))
    yield review(live.design.name, told or "none")
