"""Backups are made.

What: something in the cluster makes backups of its objects: a Velero Schedule that is not paused, or a CronJob that
saves etcd. Why: what nobody has saved is gone with the last member. Evidence: the objects. Fix: `etcdctl snapshot
save` from a timer outside of the cluster, or Velero; then try a restore.
"""

from collections.abc import Iterable

from seakeep.checks.base import Check, Note, Per, Scope
from seakeep.checks.live.base import Live, good, wrong
from seakeep.core.finding import Severity

CHECK = Check(
    id="LIV003",
    title="backups are made",
    severity=Severity.WARNING,
    since="0.1.0",
    scope=Scope.LIVE,
    per=Per.LIVE,
    needs=("cronjobs",),
    remediation="a timer that saves etcd outside of the cluster, or Velero; then try a restore",
)

_WORDS = ("snapshot save", "etcd-backup", "etcdctl")


def judge(live: Live) -> Iterable[Note]:
    """What is seen of it: a timer outside of the cluster cannot be."""
    schedules = [each for each in live.index.of("velero.io/Schedule") if each.spec.get("paused") is not True]
    jobs = [each for each in live.index.of("CronJob") if any(word in str(each.spec) for word in _WORDS)]
    names = [f"{each.namespace}/{each.name}" for each in (*schedules, *jobs)]
    yield good("backups", ", ".join(names)) if names else wrong("backups", "nothing in the cluster makes any")
