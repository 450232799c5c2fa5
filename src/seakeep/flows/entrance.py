"""Which machine the API is reached through."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from seakeep.core.errors import MachineError
from seakeep.transport.base import Host

GRACE = 0.5
"""Seconds that likelier machines still have once one has reached the endpoint. One that is gone must not hold up the
others for as long as connecting to it is tried."""

Reaches = Callable[[Host], Awaitable[bool | MachineError]]
"""Whether the endpoint answers the machine; the error where the machine itself does not answer."""


async def choose(hosts: Sequence[Host], reaches: Reaches, *, grace: float = GRACE) -> Host:
    """The first of the hosts, the likeliest first, from which the endpoint is reached; while it is reached from none,
    the first that answers at all: a machine that is cut off from the others still answers SSH.

    MachineError, the first host's, where none does.
    """
    tasks = [asyncio.ensure_future(reaches(host)) for host in hosts]
    try:
        pending = set(tasks)
        while pending and not any(map(_reached, tasks)):
            _, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
        first = next((number for number, task in enumerate(tasks) if _reached(task)), len(tasks))
        if likelier := pending.intersection(tasks[:first]):
            await asyncio.wait(likelier, timeout=grace)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    answers = [None if task.cancelled() else task.result() for task in tasks]
    for wanted in (True, False):
        if wanted in answers:
            return hosts[answers.index(wanted)]
    refused = answers[0]
    assert isinstance(refused, MachineError), "whoever was not waited for was not needed"
    raise refused


def _reached(task: "asyncio.Future[bool | MachineError]") -> bool:
    return task.done() and task.result() is True
