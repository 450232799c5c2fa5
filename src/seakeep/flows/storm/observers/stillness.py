"""Whether the observer itself stands still: on a busy computer, or while it is suspended."""

import asyncio

from seakeep.core.clock import Clock
from seakeep.experiments.history import Stood
from seakeep.flows.storm.record import Recorder

TICK = 0.1
NOTED = 0.4
"""Seconds too late from which it is written down."""


async def watch(record: Recorder, clock: Clock) -> None:
    """Until it is cancelled."""
    while not asyncio.current_task().cancelling():  # type: ignore[union-attr]
        due = record.now + TICK
        await clock.sleep(TICK)
        late = record.now - due
        if late >= NOTED:
            record.add(Stood(t=round(record.now, 4), seconds=round(late, 4)))
