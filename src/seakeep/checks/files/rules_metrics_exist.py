"""Rules ask for metrics that exist.

What: no metric that Kubernetes' components never had, or have given up. Why: a rule over nothing never fires, and never
tells. Evidence: the selectors. Fix: the metric that took its place.
"""

from collections.abc import Iterator

from seakeep.checks.base import MOOT, Check, Note, Per, Scope
from seakeep.checks.files.rules import rules
from seakeep.core.finding import Severity
from seakeep.manifests.index import Index

CHECK = Check(
    id="PRM002",
    title="rules ask for metrics that exist",
    severity=Severity.ERROR,
    since="0.1.0",
    scope=Scope.FILE,
    per=Per.INDEX,
    remediation="take the metric that is named in the message",
    references=("https://kubernetes.io/docs/reference/instrumentation/metrics/",),
)

INSTEAD = {
    "kubelet_container_start_time_seconds": "kubelet_pod_start_sli_duration_seconds (container_start_... is a gauge)",
    "apiserver_request_slo_duration_seconds": "apiserver_request_sli_duration_seconds since 1.26",
    "apiserver_request_latencies": "apiserver_request_duration_seconds",
    "apiserver_request_latencies_summary": "apiserver_request_duration_seconds",
    "apiserver_request_count": "apiserver_request_total",
    "apiserver_dropped_requests_total": "apiserver_flowcontrol_rejected_requests_total",
    "etcd_request_latencies": "etcd_request_duration_seconds",
    "etcd_helper_cache_hit_count": "nothing: the cache is gone",
    "kubelet_pod_start_latency_microseconds": "kubelet_pod_start_sli_duration_seconds",
    "kubelet_pod_worker_latency_microseconds": "kubelet_pod_worker_duration_seconds",
    "kubelet_pleg_relist_latency_microseconds": "kubelet_pleg_relist_duration_seconds",
    "kubelet_runtime_operations": "kubelet_runtime_operations_total",
    "kubelet_runtime_operations_latency_microseconds": "kubelet_runtime_operations_duration_seconds",
    "rest_client_request_latency_seconds": "rest_client_request_duration_seconds",
    "scheduler_scheduling_latency_seconds": "scheduler_scheduling_attempt_duration_seconds",
    "scheduler_e2e_scheduling_latency_microseconds": "scheduler_scheduling_attempt_duration_seconds",
    "scheduler_e2e_scheduling_duration_seconds": "scheduler_scheduling_attempt_duration_seconds",
    "ssh_tunnel_open_count": "nothing: the tunnels are gone",
    "cadvisor_version_info": "kubelet's kubernetes_build_info",
}
"""What is gone, and since when nobody has to ask: all of these before 1.30."""

_PARTS = ("_bucket", "_count", "_sum")


def base(metric: str) -> str:
    """The histogram that a series is part of."""
    return next((metric.removesuffix(part) for part in _PARTS if metric.endswith(part)), metric)


def judge(index: Index) -> Iterator[Note]:
    """By name; a rule may record a series of that name itself."""
    found = index.once(rules)
    if not found:
        yield MOOT
    own = {rule.name for rule in found if not rule.alert}
    for rule in found:
        for metric in rule.query.metrics if rule.query else ():
            instead = INSTEAD.get(metric) or INSTEAD.get(base(metric))
            if instead and metric not in own:
                message = f"{rule.name}: {metric} does not exist; take {instead}"
                yield Note(message=message, path=rule.path, about=rule.about, evidence={"metric": metric})
