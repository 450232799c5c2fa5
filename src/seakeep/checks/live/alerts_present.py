"""Somebody is told when the cluster is unwell.

What: rules with alerts about the API server and about etcd. Why: an outage that nobody is told of lasts until users
call. Evidence: PrometheusRule objects. Fix: the Kubernetes and etcd mixins.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.files.rules import rules
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV004",
    title="somebody is told when the cluster is unwell",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="alert rules for the API server and for etcd, from the Kubernetes and etcd mixins",
)


def judge(live: Live) -> Iterable[Note]:
    """By the metrics that alerts look at."""
    alerts = [rule for rule in live.index.once(rules) if rule.alert and rule.query is not None]
    for area, prefixes in (("API server", ("apiserver_",)), ("etcd", ("etcd_",))):
        found = [rule.name for rule in alerts if rule.query and any(m.startswith(prefixes) for m in rule.query.metrics)]
        yield good(area, f"{len(found)} alerts") if found else wrong(area, "no alert looks at it")
