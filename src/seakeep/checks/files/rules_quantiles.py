"""Quantiles are taken of histograms.

What: histogram_quantile selects series that end in _bucket, or that a rule records. Why: over a gauge or a counter it
gives nothing, without an error; a native histogram has no suffix and is told apart by nobody, so it could not be
told. Evidence: the selectors inside. Fix: `rate(NAME_bucket[5m])`.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.files.rules import recorded, rules
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="PRM003",
    title="quantiles are taken of histograms",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="histogram_quantile(0.99, sum by (le) (rate(NAME_bucket[5m])))",
    references=("https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile",),
)


def judge(index: Index) -> Iterator[Note]:
    """Kubernetes' components have no native histograms."""
    found = index.once(rules)
    if not found:
        yield MOOT
    own = index.once(recorded)
    for rule in found:
        for quantile in rule.query.quantiles if rule.query else ():
            for metric in quantile.metrics:
                if not metric.endswith("_bucket") and metric not in own and ":" not in metric:
                    message = f"{rule.name}: {metric} is no histogram's bucket"
                    yield Note(message=message, path=rule.path, about=rule.about, evidence={"metric": metric})
