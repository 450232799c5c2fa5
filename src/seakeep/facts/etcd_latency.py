"""How fast etcd's disk is, as the member itself has measured it since its start."""

from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact

METRICS = ("etcd_disk_wal_fsync_duration_seconds", "etcd_disk_backend_commit_duration_seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class EtcdLatency:
    """Seconds below which 99 of 100 lay, by the upper bound of their bucket; None where nothing was measured."""

    fsync_p99: float | None
    commit_p99: float | None


def script(ask: Ask) -> str:
    """From the metrics listener on the member's own machine."""
    if not ask.etcd_dir:
        return "true"
    return f"curl -s --max-time 4 http://127.0.0.1:2381/metrics | grep -E '^({'|'.join(METRICS)})_(bucket|count)'; true"


def parse(output: bytes) -> EtcdLatency:
    """ValueError on lines of another shape."""
    buckets: dict[str, list[tuple[float, float]]] = {name: [] for name in METRICS}
    for line in output.decode("utf-8", "replace").splitlines():
        name, brace, rest = line.partition('_bucket{le="')
        if not brace:
            continue
        bound, _, count = rest.partition('"} ')
        if name in buckets:
            buckets[name].append((float(bound), float(count)))
    fsync, commit = (_p99(buckets[name]) for name in METRICS)
    return EtcdLatency(fsync_p99=fsync, commit_p99=commit)


def _p99(buckets: list[tuple[float, float]]) -> float | None:
    ordered = sorted(buckets)
    if not ordered or ordered[-1][1] <= 0:
        return None
    wanted = ordered[-1][1] * 0.99
    return next(bound for bound, count in ordered if count >= wanted)


FACT: Fact[EtcdLatency] = Fact(id="etcd_latency", script=script, parse=parse, volatile=True)
