"""The members' own counters of what they applied and flushed, before and after."""

import re

from seakeep.core.errors import SeakeepError
from seakeep.design.model import Role
from seakeep.experiments.history import Flushes
from seakeep.flows.session import Session
from seakeep.flows.storm.record import Recorder

_APPLIED = "etcd_server_proposals_applied_total"
_FLUSHED = "etcd_disk_wal_fsync_duration_seconds_count"
_LINE = re.compile(rb"^(\w+) ([0-9.e+]+)$", re.MULTILINE)


async def observe(session: Session, record: Recorder) -> None:
    """One reading of every member that answers; the others are left out."""
    script = f"curl -s --max-time 5 http://127.0.0.1:2381/metrics | grep -E '^({_APPLIED}|{_FLUSHED}) '; true"
    for machine in session.design.with_role(Role.ETCD):
        try:
            done = await session.host(machine.name).run(script, what="read etcd's counters", timeout=15)
        except SeakeepError:
            continue
        found = parse(done.stdout)
        if found is not None:
            record.add(Flushes(t=round(record.now, 4), member=machine.name, applied=found[0], flushed=found[1]))


def parse(output: bytes) -> tuple[int, int] | None:
    """(applied, flushed); None where either is missing."""
    values = {name.decode(): int(float(value)) for name, value in _LINE.findall(output)}
    if _APPLIED not in values or _FLUSHED not in values:
        return None
    return values[_APPLIED], values[_FLUSHED]
