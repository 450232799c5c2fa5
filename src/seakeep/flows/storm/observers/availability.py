"""Reads and writes: every 100 ms through the endpoint, every 500 ms to each API server."""

import msgspec

from seakeep.core.clock import Clock
from seakeep.design.model import Design, Role
from seakeep.engine.probe import Answer, Kind, Outcome, Request, Sampler
from seakeep.experiments.history import Sample
from seakeep.experiments.judge.verdict import ENDPOINT
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.record import Recorder
from seakeep.transport.api import ApiClient

INTERVAL = 0.1
SERVERS_EVERY = 5
"""Of the ticks, those at which single API servers are asked."""

AT_ONCE = 30
"""Requests of one kind that may be under way: as many as fall due until the first of them has failed, so that a gap is
never longer for want of a question."""


def targets(design: Design) -> tuple[str, ...]:
    """The endpoint, and the machine of each API server."""
    return (ENDPOINT, *(machine.name for machine in design.with_role(Role.CONTROL_PLANE)))


async def prepare(admin: ApiClient, design: Design, namespace: str) -> None:
    """An object for each target."""
    for target in targets(design):
        await admin.apply("v1", "ConfigMap", f"probe-{target}", {"data": {"n": ""}}, namespace=namespace)


def sampler(entrances: Entrances, record: Recorder, clock: Clock, design: Design, namespace: str) -> Sampler:
    """To be entered with `async with`; what it sees goes into the history as it comes."""
    requests: dict[Kind, Request] = {
        Kind(verb, "kept", target): request(
            entrances, record, verb, target, namespace, every=1 if target == ENDPOINT else SERVERS_EVERY
        )
        for target in targets(design)
        for verb in ("read", "write")
    }
    return Sampler(requests, clock=clock, interval=INTERVAL)


def request(entrances: Entrances, record: Recorder, verb: str, target: str, namespace: str, *, every: int) -> Request:
    """Reads or writes the target's own object at each tick that `every` divides."""
    path = f"/api/v1/namespaces/{namespace}/configmaps/probe-{target}"

    under_way = 0

    async def send(number: int) -> Answer:
        nonlocal under_way
        if under_way >= AT_ONCE or number % every:
            return Answer(Outcome.UNSEEN, "not asked")
        under_way += 1
        try:
            return await ask(number)
        finally:
            under_way -= 1

    async def ask(number: int) -> Answer:
        entrance = entrances.turn(number // every)
        begin = record.now
        if verb == "read":
            reply = await entrances.send(entrance, target, path)
        else:
            content = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"probe-{target}"},
                "data": {"n": str(number)},
            }
            reply = await entrances.send(entrance, target, path, method="PUT", body=msgspec.json.encode(content))
        record.add(
            Sample(
                t=round(begin, 4),
                end=round(reply.end, 4),
                verb=verb,  # type: ignore[arg-type]
                target=target,
                via=entrance.name,
                outcome=reply.outcome,
                why=reply.why,
            )
        )
        return Answer(Outcome(reply.outcome), reply.why)

    return send
