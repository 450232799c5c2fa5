"""Alerts can fire.

What: no quantile is compared with more than the histogram's largest bucket. Why: histogram_quantile never gives more
than that: kubelet_pod_worker_duration_seconds ends at 10 s, so that an alert above 60 s is silent whatever happens.
Evidence: the comparison and the buckets of the component's source. Fix: a lower threshold, or a metric with larger
buckets.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.files.rules import rules
from seakeep.checks.files.rules_metrics_exist import base
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="PRM004",
    title="alerts can fire",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="a threshold below the largest bucket, or a metric with larger ones",
)

LARGEST = {
    # The client library's default buckets end at 10 s.
    "kubelet_pod_worker_duration_seconds": 10.0,
    "kubelet_pod_worker_start_duration_seconds": 10.0,
    "kubelet_pleg_relist_duration_seconds": 10.0,
    "kubelet_cgroup_manager_duration_seconds": 10.0,
    # 1 ms doubled thirteen times.
    "etcd_disk_wal_fsync_duration_seconds": 8.192,
    "etcd_disk_backend_commit_duration_seconds": 8.192,
    "apiserver_request_duration_seconds": 60.0,
    "apiserver_request_sli_duration_seconds": 60.0,
}
"""Seconds: the largest finite bucket, from the components' sources (pkg/kubelet/metrics, etcd's server/storage)."""


def judge(index: Index) -> Iterator[Note]:
    """Alerts only: a recorded series is compared elsewhere."""
    found = index.once(rules)
    if not found:
        yield MOOT
    for rule in found:
        for quantile in rule.query.quantiles if rule.query and rule.alert else ():
            for metric in quantile.metrics:
                top = LARGEST.get(base(metric))
                if top is not None and quantile.above is not None and quantile.above >= top:
                    message = (
                        f"{rule.name}: {base(metric)} never exceeds {top:g} s, and is compared with {quantile.above:g}"
                    )
                    yield Note(message=message, path=rule.path, about=rule.about, evidence={"largestBucket": top})
