"""storm heal: undo whatever any earlier run left, on machines, in the lab and in the cluster. Harmless at any time."""

import asyncio

from seakeep.core.errors import SeakeepError
from seakeep.experiments import deadman, registry
from seakeep.experiments.base import Injection
from seakeep.experiments.schedule import Planned
from seakeep.experiments.scripts import STORM_LABEL
from seakeep.flows.scratch import remove_leftovers
from seakeep.flows.session import Session
from seakeep.flows.storm.hands import SessionHands
from seakeep.flows.storm.perform import Performer, PowerCommands
from seakeep.flows.storm.record import HISTORY, Recorder, chosen, read_history, read_schedule, storms, unhealed
from seakeep.report.storm import HealReport, HealRow
from seakeep.state.runs import Run


async def heal(session: Session, run_id: str | None, power: PowerCommands) -> HealReport:
    """What was healed, and what could not be."""
    rows: list[HealRow] = []
    runs = storms(session.state) if run_id is None else (chosen(session.state, run_id),)
    for run in runs:
        rows += await _run(session, run, power)
    rows += await _sweep(session)
    rows += await _leftovers(session)
    return HealReport(cluster_name=session.design.name, rows=tuple(rows))


async def _run(session: Session, run: Run, power: PowerCommands) -> list[HealRow]:
    """The injections that its history says were begun and never healed."""
    if not (run.folder / HISTORY).exists():
        return []
    lines = read_history(run)
    open_ = unhealed(lines)
    if not open_:
        return []
    plan = read_schedule(run)
    performer = Performer(SessionHands(session, power), session.clock, session.progress)
    recorder = Recorder(run.folder / HISTORY, session.clock, after=max(line.t for line in lines))
    rows = []
    try:
        for number in open_:
            each = plan.injections[number]
            what = f"{each.experiment} of {run.id}"
            try:
                await performer.heal(registry.find(each.experiment).heal(_again(session, each)), each.token)
            except (SeakeepError, KeyError) as error:
                rows.append(HealRow(where=", ".join(each.targets), what=what, healed=False, reason=str(error)))
                continue
            recorder.mark("healed", number, "by storm heal")
            rows.append(HealRow(where=", ".join(each.targets), what=what, healed=True))
    finally:
        recorder.close()
    return rows


def _again(session: Session, each: Planned) -> Injection:
    """The injection as it was aimed. KeyError for a machine that the file does not have any more."""
    targets = tuple(session.design.machine(name) for name in each.targets)
    return Injection(design=session.design, targets=targets, seconds=each.seconds, token=each.token)


async def _sweep(session: Session) -> list[HealRow]:
    async def one(name: str) -> list[HealRow]:
        try:
            done = await session.host(name).run(deadman.sweep(), what="heal what earlier runs left", timeout=60)
        except SeakeepError as error:
            return [HealRow(where=name, what="look for faults of earlier runs", healed=False, reason=error.message)]
        rows = [HealRow(where=name, what=token, healed=True) for token in done.stdout.decode().split()]
        if done.status:
            rows.append(HealRow(where=name, what="heal", healed=False, reason=done.stderr.strip()))
        return rows

    found = await asyncio.gather(*(one(machine.name) for machine in session.design.machines))
    return [row for rows in found for row in rows]


async def _leftovers(session: Session) -> list[HealRow]:
    try:
        async with session.api("admin") as clients:
            names = await remove_leftovers(clients["admin"], STORM_LABEL, "yes")
    except SeakeepError as error:
        return [HealRow(where="cluster", what="remove namespaces of storms", healed=False, reason=error.message)]
    return [HealRow(where="cluster", what=f"namespace {name}", healed=True) for name in names]
