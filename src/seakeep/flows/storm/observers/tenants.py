"""Another tenant: an ordinary ServiceAccount that reads and writes one object through the endpoint.

All else that a storm asks, it asks as an operator, whom API servers exempt from priority and fairness: what a tenant
waits for is seen by a tenant only.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from seakeep.core.clock import Clock
from seakeep.core.secret import Secret
from seakeep.engine.probe import Kind, Sampler
from seakeep.experiments.judge.verdict import TENANT
from seakeep.flows import scratch
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.observers.availability import INTERVAL, request
from seakeep.flows.storm.record import Recorder
from seakeep.transport.api import ApiClient

TOKEN_SECONDS = 3600
"""For which the tenant's token is asked for: the longest fault, and no more."""


async def prepare(admin: ApiClient, namespace: str) -> Secret:
    """The account, which may read and write its one object, and a token of it. ApiError where that does not work."""
    return await scratch.account(
        admin, namespace, TENANT, [f"probe-{TENANT}"], role=TENANT, seconds=TOKEN_SECONDS, whose="a tenant's"
    )


@asynccontextmanager
async def asking(entrances: Entrances, record: Recorder, clock: Clock, namespace: str) -> AsyncIterator[None]:
    """A read and a write every 100 ms for the time of an `async with`."""
    requests = {
        Kind(verb, "kept", TENANT): request(entrances, record, verb, TENANT, namespace, every=1)
        for verb in ("read", "write")
    }
    async with Sampler(requests, clock=clock, interval=INTERVAL):
        yield
