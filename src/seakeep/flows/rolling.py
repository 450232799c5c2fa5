"""Restarts that nobody notices: the order in which machines are taken, and the probe that says what was noticed."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import msgspec

from seakeep.core.change import Risk
from seakeep.core.errors import SeakeepError
from seakeep.design.model import Design, Role
from seakeep.engine.journal import Journal
from seakeep.engine.model import UnitDo
from seakeep.engine.stage import Stage
from seakeep.facts import apiserver, etcd, vip
from seakeep.facts.base import FactSet
from seakeep.flows.gates import GROUPS
from seakeep.flows.probe import Probe, probing
from seakeep.flows.session import Session
from seakeep.report.probe import ProbeSummary
from seakeep.state.runs import Run

SETUP_LIMIT = 30.0
"""Seconds in which the probe has to be running: a change must not wait for its measurement."""

_CARRYING = (Role.ETCD, Role.CONTROL_PLANE, Role.LOAD_BALANCER)


def disturbs(stage: Stage, design: Design) -> bool:
    """Whether the stage restarts or reloads something that runs on a machine which carries the API."""
    carrying = {machine.name for role in _CARRYING for machine in design.with_role(role)}
    return any(
        isinstance(step.action, UnitDo) and step.change.risk is not Risk.NONE and step.change.host in carrying
        for step in stage.steps
    )


async def in_order(session: Session, stage: Stage) -> Stage:
    """The stage with those first, of the ones that go one at a time, that do not serve: they are back before another
    one goes down. etcd's leader and the holder of the VIP come last: each then hands over once, to one that has its
    restart behind it."""
    serial = {step.change.host for step in stage.steps if step.serial is not None}
    if len(serial) < 2:
        return stage
    machines = [machine for machine in session.design.machines if machine.name in serial]
    found, _ = await session.read((etcd.FACT, apiserver.FACT, vip.FACT), machines, timeout=15)
    first, last = not_serving(session.design, found), carrying_most(found)
    steps = sorted(stage.steps, key=lambda step: (step.change.host not in first, step.change.host in last))
    return Stage(stage.id, stage.title, tuple(steps))


def not_serving(design: Design, facts: Mapping[str, FactSet]) -> frozenset[str]:
    """The machines on which something does not serve that a serial group is made of."""
    found: set[str] = set()
    for _, role, _, judge, _ in GROUPS:
        members = {machine.name: facts[machine.name] for machine in design.with_role(role) if machine.name in facts}
        found |= {name for name, wrong in judge(members).items() if wrong}
    return frozenset(found)


def carrying_most(facts: Mapping[str, FactSet]) -> frozenset[str]:
    """The machines that lead etcd or hold the VIP."""
    found: set[str] = set()
    for name, each in facts.items():
        member, address = each.find(etcd.FACT), each.find(vip.FACT)
        if member is not None and member.serving and member.member_id == member.leader_id:
            found.add(name)
        if address is not None and address.holds:
            found.add(name)
    return frozenset(found)


@dataclass(slots=True)
class Watched:
    """What was seen. `summary` is set when the block has ended; None where nothing was probed."""

    summary: ProbeSummary | None = None


@asynccontextmanager
async def watched(session: Session, run: Run, journal: Journal, *, on: bool, purpose: str) -> AsyncIterator[Watched]:
    """Probe the endpoint while the block runs, if `on`. The numbers are noted in the journal and kept in the run's
    folder, however the block ends. Where the API cannot be probed a note says why, and the block runs all the same."""
    seen = Watched()
    if not on:
        yield seen
        return
    async with AsyncExitStack() as stack:
        probe: Probe | None = None
        try:
            async with asyncio.timeout(SETUP_LIMIT):
                clients = await stack.enter_async_context(session.api("admin"))
                probe = await stack.enter_async_context(probing(session, clients["admin"], purpose=purpose))
        except (SeakeepError, TimeoutError) as error:
            why = getattr(error, "message", "") or f"it was not ready within {SETUP_LIMIT:.0f} s"
            session.progress.note(f"the API is not probed during this change: {why}")
        try:
            yield seen
        finally:
            if probe is not None:
                await stack.aclose()
                seen.summary = probe.summary()
                journal.note(f"probe: {seen.summary.sentence()}")
                document = msgspec.json.format(msgspec.json.encode(seen.summary), indent=2)
                session.state.write(f"runs/{run.id}/probe.json", document)
