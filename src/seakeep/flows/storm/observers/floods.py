"""A flood's own count, and the API servers' counters of what priority and fairness did meanwhile."""

import re

from seakeep.core.errors import SeakeepError
from seakeep.design.model import Role
from seakeep.experiments import scripts
from seakeep.experiments.base import Injection
from seakeep.experiments.history import FlowControl, Sent
from seakeep.flows.session import Session
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.record import Recorder

_PREFIX = "apiserver_flowcontrol_"
_DISPATCHED = "dispatched_requests_total"
_REJECTED = "rejected_requests_total"
_WAITED = "request_wait_duration_seconds_sum"
_NAMES = "|".join((_DISPATCHED, _REJECTED, _WAITED))
_LINE = re.compile(
    rf'^{_PREFIX}({_NAMES}){{[^}}\n]*priority_level="([^"\n]+)"[^}}\n]*}} ([0-9.e+-]+)$'.encode(), re.MULTILINE
)
_SENT = re.compile(rb"^ *([0-9]+) ([0-9]{3})$", re.MULTILINE)

_LIMIT = 10.0
"""Seconds for an API server's metrics: a megabyte, and it may be busy."""


async def counters(entrances: Entrances, record: Recorder, session: Session, number: int) -> None:
    """One reading of every API server that answers; the others are left out."""
    for place, machine in enumerate(session.design.with_role(Role.CONTROL_PLANE)):
        reply = await entrances.send(entrances.turn(place), machine.name, "/metrics", limit=_LIMIT)
        if reply.outcome != "ok":
            continue
        for level, (dispatched, rejected, waited) in parse(reply.body).items():
            record.add(
                FlowControl(
                    t=round(record.now, 4),
                    number=number,
                    server=machine.name,
                    level=level,
                    dispatched=dispatched,
                    rejected=rejected,
                    waited=waited,
                )
            )


def parse(metrics: bytes) -> dict[str, tuple[int, int, float]]:
    """Priority level -> (dispatched, rejected, seconds waited), over all its flow schemas."""
    found: dict[str, dict[str, float]] = {}
    for name, level, value in _LINE.findall(metrics):
        sums = found.setdefault(level.decode(), {})
        sums[name.decode()] = sums.get(name.decode(), 0.0) + float(value)
    return {
        level: (int(sums.get(_DISPATCHED, 0)), int(sums.get(_REJECTED, 0)), round(sums.get(_WAITED, 0.0), 4))
        for level, sums in sorted(found.items())
    }


async def sent(session: Session, record: Recorder, injection: Injection, number: int) -> None:
    """What the flood was answered with so far; nothing where its machine does not say."""
    for machine in injection.targets:
        try:
            done = await session.host(machine.name).run(
                scripts.flood_sent(injection.token), what="count the flood's requests", timeout=30
            )
        except SeakeepError:
            continue
        record.add(
            *(
                Sent(t=round(record.now, 4), number=number, via=machine.name, status=int(status), count=int(count))
                for count, status in _SENT.findall(done.stdout)
            )
        )
