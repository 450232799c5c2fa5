"""etcd's disk is fast enough.

What: 99 of 100 writes of the log are on the disk within 10 ms, and of the database within 25 ms. Why: a slow disk
delays heartbeats, and leaders change for nothing. Evidence: etcd's own histograms since it started, by the upper
bound of the bucket (the log's 16 ms is the first above 10). Fix: a disk of its own for etcd, with a write cache that
survives power.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, each
from seakeep.core.finding import Severity
from seakeep.design.model import Machine, Role
from seakeep.facts import etcd_latency
from seakeep.facts.etcd_latency import EtcdLatency

CHECK = Check(
    id="ETCD006",
    title="etcd's disk is fast enough",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    remediation="a disk of its own for etcd, with a write cache that survives a power cut",
    references=("https://etcd.io/docs/v3.6/faq/",),
)

FSYNC, COMMIT = 0.016, 0.032
"""Seconds: the buckets that hold the advised 10 ms and 25 ms."""


def judge(live: Live) -> Iterable[Note]:
    """Member by member."""
    return each(live, etcd_latency.FACT, live.design.with_role(Role.ETCD), _wrong)


def _wrong(_: Machine, found: EtcdLatency) -> str:
    slow = [
        f"{name} p99 is {seconds * 1000:g} ms"
        for name, seconds, most in (("log", found.fsync_p99, FSYNC), ("commit", found.commit_p99, COMMIT))
        if seconds is not None and seconds > most
    ]
    return ", ".join(slow)
