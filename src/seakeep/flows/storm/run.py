"""A storm from its schedule to its verdict: steady state, then each injection with its healing, then the judgement."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from seakeep.core.change import CLUSTER
from seakeep.core.clock import rfc3339
from seakeep.core.errors import RefusedError, RunError, SeakeepError
from seakeep.core.verdict import Verdict
from seakeep.design.model import Role
from seakeep.engine.lock import FileLock, Owner
from seakeep.experiments import deadman, registry, schedule
from seakeep.experiments.base import Injection, Prediction, Radius, candidates
from seakeep.experiments.hints import membership
from seakeep.experiments.judge import abort
from seakeep.experiments.judge.verdict import TENANT
from seakeep.experiments.schedule import Planned, Schedule
from seakeep.experiments.suites import Item
from seakeep.experiments.targets import choose
from seakeep.flows.session import Session
from seakeep.flows.status import status
from seakeep.flows.storm import guards, judge, leaders, scene
from seakeep.flows.storm.entrances import Entrances
from seakeep.flows.storm.hands import SessionHands
from seakeep.flows.storm.observers import availability, floods, flushes, ledger, lookups, stillness, tenants, watchers
from seakeep.flows.storm.perform import HEAL_LIMIT, Performer, PowerCommands
from seakeep.flows.storm.record import HISTORY, SCHEDULE, VERB, Recorder
from seakeep.flows.storm.watchdog import Watchdog
from seakeep.flows.view import observe
from seakeep.report.status import StatusReport
from seakeep.report.storm import StormReport
from seakeep.state.runs import Run, new_run

WARM_UP = 5.0
"""Seconds of traffic before the first fault: what a quiet cluster looks like is part of the history."""

REST = 3.0
"""Seconds between a recovery and the next fault, and of traffic at the end."""

RECOVERY_LIMIT = 240.0
"""Seconds after healing until the cluster has to be healthy: a machine boots, a member catches up, nodes are ready."""

Agree = Callable[[tuple[str, ...]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class StormOptions:
    """What the user said. `radius` None means what each experiment declares; `outside_window` is why it begins outside
    the maintenance windows of the file."""

    suite: str
    items: tuple[Item, ...]
    seed: int
    cluster: str | None = None
    window: str | None = None
    outside_window: str = ""
    radius: Radius | None = None
    unhealthy: bool = False
    power: PowerCommands = field(default_factory=PowerCommands)


def planned(items: Sequence[Item], run: Run) -> tuple[Planned, ...]:
    """The injections of a run, not yet aimed. UsageError for an experiment that does not exist."""
    token = run.id.rpartition("-")[2]
    return tuple(
        Planned(
            number=number,
            experiment=registry.find(item.experiment).EXPERIMENT.id,
            word=item.word or registry.find(item.experiment).EXPERIMENT.target,
            seconds=item.seconds or registry.find(item.experiment).EXPERIMENT.seconds,
            token=f"{token}_{number}",
            must_survive=item.must_survive,
        )
        for number, item in enumerate(items)
    )


async def storm(session: Session, options: StormOptions, agree: Agree) -> StormReport:
    """Do it all. RefusedError when a guard says no; nothing was broken then."""
    design = session.design
    guards.named(design, options.cluster)
    guards.window(options.window, session.clock.now())
    note = guards.maintenance(design, session.clock.now(), options.outside_window)
    for item in options.items:
        experiment = registry.find(item.experiment).EXPERIMENT
        guards.reachable(experiment, design, power=bool(options.power.off and options.power.on))
        _ = candidates(experiment, design)
    if not options.items:
        raise RefusedError(f"the suite {options.suite} has nothing that fits {design.name}")
    run = new_run(session.state, VERB, session.clock.now())
    owner = Owner.me(run=run.id, command=VERB, clock=session.clock)
    with FileLock(session.state.path("lock"), owner), session.logged(run.log):
        try:
            return await _Storm(session, options, run, note).all(agree)
        except RefusedError:
            if not (run.folder / HISTORY).exists():
                run.log.unlink(missing_ok=True)
                run.folder.rmdir()
            raise
        except Exception as error:
            error.add_note(f"log: {run.log}")
            raise


class _Storm:
    def __init__(self, session: Session, options: StormOptions, run: Run, note: str = "") -> None:
        self.session = session
        self.options = options
        self.run = run
        self.schedule = Schedule(
            cluster=session.design.name,
            suite=options.suite,
            seed=options.seed,
            started=rfc3339(session.clock.now()),
            injections=planned(options.items, run),
            note=note,
        )
        self.performer = Performer(SessionHands(session, options.power), session.clock, session.progress)
        self.stop = session.options.interrupt
        self.known: dict[tuple[str, str], str] = {}
        self.drift: tuple[tuple[str, str], ...] = ()

    async def all(self, agree: Agree) -> StormReport:
        session = self.session
        session.progress.stage("Steady state")
        before = await status(session)
        wrong = guards.healthy(before, anyway=self.options.unhealthy)
        self.known = _bad(before)
        self.drift = await _drift(session)
        await self._nothing_left()
        if not agree(self._sentences()):
            raise RefusedError("not confirmed; nothing was broken")
        session.state.write(f"runs/{self.run.id}/spec.yaml", session.loaded.content)
        self._store()
        recorder = Recorder(self.run.folder / HISTORY, session.clock)
        self.recorder = recorder
        recorder.mark("begin", about=wrong)
        if self.drift:
            recorder.mark("drift", about="; ".join(f"{host}: {what}" for host, what in self.drift))
        try:
            async with Watchdog(session, self.run):
                await self._under_observation()
        finally:
            recorder.mark("end")
            recorder.close()
        session.progress.stage("Judgement")
        return await judge.judge_run(session, self.run)

    def _store(self) -> None:
        self.session.state.write(f"runs/{self.run.id}/{SCHEDULE}", schedule.encode(self.schedule), durable=True)

    def _sentences(self) -> tuple[str, ...]:
        return (
            f"Break {self.session.design.name} on purpose, seed {self.options.seed}:",
            *(f"  {each.experiment} at {each.word} for {each.seconds:.0f} s" for each in self.schedule.injections),
            *((f"  {self.schedule.note}",) if self.schedule.note else ()),
        )

    async def _nothing_left(self) -> None:
        """RefusedError where an earlier run left a fault on a machine."""
        script = f"ls {deadman.FOLDER} 2>/dev/null; true"
        left = []
        for machine in self.session.design.machines:
            try:
                done = await self.session.host(machine.name).run(script, what="look for earlier faults", timeout=15)
            except SeakeepError:
                continue
            left += [f"{machine.name}: {token}" for token in done.stdout.decode().split()]
        if left:
            raise RefusedError(f"an earlier run left faults behind: {', '.join(left)}", hint="seakeep storm heal")

    async def _under_observation(self) -> None:
        session = self.session
        async with (
            session.api("admin") as clients,
            scene.scene(session, clients["admin"]) as namespace,
            Entrances(session, lambda: self.recorder.now) as entrances,
        ):
            await flushes.observe(session, self.recorder)
            await ledger.prepare(clients["admin"], namespace)
            await availability.prepare(clients["admin"], session.design, namespace)
            if any(registry.find(each.experiment).EXPERIMENT.floods for each in self.schedule.injections):
                entrances.add(TENANT, await tenants.prepare(clients["admin"], namespace))
            async with self._observers(entrances, namespace) as writers:
                await self._pause(WARM_UP)
                for injection in self.schedule.injections:
                    if self.stop.is_set() or not await self._seen_by_tenants(injection, entrances, namespace):
                        break
                    # A member's flushes are counted from its start: one that is started in every injection would never
                    # be judged by what was read before the first and after the last.
                    await flushes.observe(session, self.recorder)
                    await self._pause(REST)
                writers.stop.set()
                await session.clock.sleep(REST)
            await flushes.observe(session, self.recorder)
            await ledger.finals(entrances, self.recorder, session.design, namespace)

    @asynccontextmanager
    async def _observers(self, entrances: Entrances, namespace: str) -> AsyncIterator[ledger.Ledger]:
        session, recorder = self.session, self.recorder
        clock, design = session.clock, session.design
        writers = ledger.Ledger(entrances, recorder, clock, design, namespace, self.options.seed)
        watches = [
            *(watchers.of_ledger(entrances, recorder, clock, namespace, number) for number in range(2)),
            *watchers.of_leaders(entrances, recorder, clock),
            watchers.of_pods(entrances, recorder, clock, namespace),
        ]
        loops = [lookups.Lookups(session, recorder, clock, machine, namespace) for machine in design.nodes]
        writing = asyncio.create_task(writers.run())
        others = [asyncio.create_task(watch.run()) for watch in watches]
        others += [asyncio.create_task(loop.run()) for loop in loops]
        others.append(asyncio.create_task(stillness.watch(recorder, clock)))
        try:
            async with availability.sampler(entrances, recorder, clock, design, namespace):
                yield writers
                await asyncio.wait_for(writing, 30)
        finally:
            for task in (writing, *others):
                task.cancel()
            outcomes = await asyncio.gather(writing, *others, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Exception):
                raise outcome

    async def _seen_by_tenants(self, each: Planned, entrances: Entrances, namespace: str) -> bool:
        """As `_one`, for a flood with another tenant beside it, and the API servers' counters before and after."""
        if not registry.find(each.experiment).EXPERIMENT.floods:
            return await self._one(each)
        await floods.counters(entrances, self.recorder, self.session, each.number)
        async with tenants.asking(entrances, self.recorder, self.session.clock, namespace):
            await self._pause(REST)
            on = await self._one(each)
        await floods.counters(entrances, self.recorder, self.session, each.number)
        return on

    async def _one(self, each: Planned) -> bool:
        """One injection with its healing. False where going on would break what is broken already."""
        session, recorder = self.session, self.recorder
        module = registry.find(each.experiment)
        session.progress.stage(f"{module.EXPERIMENT.title} ({each.word})")
        try:
            injection = await self._aim(each)
        except SeakeepError as error:
            recorder.mark("failed", each.number, error.message)
            session.progress.note(f"{each.experiment} at {each.word}: {error.message}")
            if isinstance(error, RefusedError) and len(self.schedule.injections) == 1:
                raise
            return True
        healing = module.heal(injection)
        recorder.mark("inject", each.number, ", ".join(machine.name for machine in injection.targets))
        await recorder.sure()
        try:
            await self.performer.inject(module.inject(injection), healing, injection)
            recorder.mark("injected", each.number)
            await self._last(each, injection)
            if module.EXPERIMENT.floods:
                await floods.sent(session, recorder, injection, each.number)
        except SeakeepError as error:
            recorder.mark("failed", each.number, error.message)
            session.progress.note(f"{each.experiment}: {error.message}")
        finally:
            healed = await _to_the_end(self._heal(each, injection))
        return healed and await self._recovered(each)

    async def _aim(self, each: Planned) -> Injection:
        session = self.session
        module = registry.find(each.experiment)
        async with session.api("admin") as clients:
            observed = await leaders.observe(session, clients["admin"])
        targets = choose(
            each.word,
            among=candidates(module.EXPERIMENT, session.design),
            design=session.design,
            observed=observed,
            chance=schedule.chance(self.options.seed, each.number),
        )
        injection = Injection(
            design=session.design, targets=targets, seconds=each.seconds, token=each.token, observed=observed
        )
        prediction: Prediction = module.predict(injection)
        self.schedule = self.schedule.aimed(each.number, [machine.name for machine in targets], prediction)
        await asyncio.to_thread(self._store)
        guards.within(module.EXPERIMENT, targets, session.design, self.options.radius)
        hints = (membership(injection), *self._drift(injection))
        self.recorder.mark("steady", each.number, "; ".join(filter(None, hints)))
        return injection

    async def _last(self, each: Planned, injection: Injection) -> None:
        """The fault's time, cut short by an interrupt or by what the abort condition says."""
        limits = registry.find(each.experiment).EXPERIMENT.abort
        until = self.session.clock.monotonic() + each.seconds
        begun = self.recorder.now
        while self.session.clock.monotonic() < until and not self.stop.is_set():
            self.session.progress.state("storm", f"{until - self.session.clock.monotonic():.0f} s until it is healed")
            await self._pause(min(1.0, max(0.0, until - self.session.clock.monotonic())))
            why = abort.reason(self.recorder.lines, injection, limits, (begun, self.recorder.now))
            if why and self._survives(each.number):
                self.recorder.mark("abort", each.number, why)
                self.session.progress.note(f"stopping: {why}")
                self.stop.set()

    def _drift(self, injection: Injection) -> tuple[str, ...]:
        """What runs otherwise than the design says, on machines with a role that a target has, and on those that lead
        to the API."""
        hit = {role for machine in injection.targets for role in machine.roles} | {Role.LOAD_BALANCER}
        machines = {machine.name for machine in injection.design.machines if machine.roles & hit} | {CLUSTER}
        return tuple(f"{host} is not as designed: {what}" for host, what in self.drift if host in machines)[:4]

    def _survives(self, number: int) -> bool:
        prediction = self.schedule.injections[number].prediction
        return prediction is not None and prediction.survives

    async def _heal(self, each: Planned, injection: Injection) -> bool:
        module = registry.find(each.experiment)
        self.session.progress.state("storm", "healing")
        self.recorder.mark("heal", each.number)
        try:
            await self.performer.heal(module.heal(injection), each.token)
        except RunError as error:
            self.recorder.mark("failed", each.number, error.message)
            self.session.progress.note(f"not healed: {error.message}")
            return False
        self.recorder.mark("healed", each.number)
        return True

    async def _recovered(self, each: Planned) -> bool:
        """Wait until the cluster is healthy again."""
        session = self.session
        until = session.clock.monotonic() + RECOVERY_LIMIT
        worse: dict[tuple[str, str], str] = {}
        while session.clock.monotonic() < until:
            found = _bad(await status(session))
            worse = {key: said for key, said in found.items() if key not in self.known}
            if not worse:
                self.recorder.mark("recovered", each.number)
                return True
            session.progress.state("storm", f"waiting for recovery: {next(iter(worse.values()))}")
            await session.clock.sleep(1.0)
        about = f"not healthy {RECOVERY_LIMIT:.0f} s after healing: {'; '.join(list(worse.values())[:3])}"
        self.recorder.mark("failed", each.number, about)
        session.progress.note(about)
        return False

    async def _pause(self, seconds: float) -> None:
        """Sleep, or until the interrupt."""
        try:
            async with asyncio.timeout(seconds):
                await self.stop.wait()
        except TimeoutError:
            return


def _bad(found: StatusReport) -> dict[tuple[str, str], str]:
    """What is not as it should be, or not known: (area, subject) -> why."""
    return {
        (each.title, each.where): f"{each.title} {each.where}: {each.message}"
        for each in found.findings
        if each.verdict is not Verdict.PASS
    }


async def _drift(session: Session) -> tuple[tuple[str, str], ...]:
    """(host, what) of everything that an apply would change. A cluster that cannot be planned has its own troubles."""
    try:
        plan = (await observe(session)).plan(session)
    except SeakeepError as error:
        return (("cluster", f"could not be compared with the design: {error.message}"),)
    return tuple((change.host, f"{change.what} ({change.why})") for change in plan.changes)


async def _to_the_end(work: Coroutine[None, None, bool]) -> bool:
    """Run it whole even when we are cancelled meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=HEAL_LIMIT + 10)
        raise


def new_seed() -> int:
    """One that is short enough to type."""
    return random.SystemRandom().randrange(1, 100_000)
