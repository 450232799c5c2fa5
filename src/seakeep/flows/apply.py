"""apply: observe, decide, show, lock, do, wait, prove."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from seakeep.artifacts import coredns
from seakeep.core.change import CLUSTER, OPERATOR
from seakeep.core.errors import RefusedError, SeakeepError, UsageError, unreadable
from seakeep.core.finding import Finding
from seakeep.engine.journal import Journal
from seakeep.engine.lock import FileLock, MachineLock, Owner
from seakeep.engine.model import Forget, Issue, Step
from seakeep.engine.plan import Plan, ensure_fresh
from seakeep.engine.run import Executor, World
from seakeep.engine.stage import Stage
from seakeep.flows import absent, planning, readiness, rolling
from seakeep.flows.cluster_changes import change_cluster
from seakeep.flows.gates import gates, together
from seakeep.flows.journaled import journaled, unless_begun
from seakeep.flows.kubectl import connected
from seakeep.flows.locks import api_lease, machine_lock
from seakeep.flows.proof import Proof, prove
from seakeep.flows.restart import restart
from seakeep.flows.session import Session
from seakeep.flows.view import Decided, View, observe
from seakeep.phases.base import traits_of
from seakeep.report.apply import ApplyReport, PhaseTime
from seakeep.report.probe import ProbeSummary
from seakeep.state import pki, roster
from seakeep.state.runs import Run, discard, new_run
from seakeep.transport.api import ApiClient

Confirm = Callable[[Plan], bool]

Wish = Callable[[View], tuple[pki.Missing, ...]]
"""What is to be issued besides what is missing, decided under the lock from what was seen. RefusedError where that
must not be."""


NEXT_STEPS = (
    "seakeep status",
    "seakeep kubectl -- get pods -A -o wide",
    "seakeep plan   # after changing the file, or a machine by hand",
)


def no_wish(view: View) -> tuple[pki.Missing, ...]:
    """Only what is missing."""
    del view
    return ()


@dataclass(slots=True)
class Stopwatch:
    """Named laps of one run, in seconds, in order."""

    session: Session
    laps: list[PhaseTime]
    mark: float

    @classmethod
    def start(cls, session: Session) -> "Stopwatch":
        """Runs from now on."""
        return cls(session, [], session.clock.monotonic())

    def lap(self, title: str) -> None:
        """The time since the last lap belongs to this title."""
        now = self.session.clock.monotonic()
        self.laps.append(PhaseTime(title=title, seconds=now - self.mark))
        self.mark = now

    def pause(self) -> None:
        """What has passed since the last lap (a person thinking) belongs to nobody."""
        self.mark = self.session.clock.monotonic()


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the user wants: `stored` is a plan to be held to."""

    command: str
    confirm: Confirm
    stored: Plan | None
    wish: Wish


async def apply(
    session: Session,
    *,
    stored_plan: Path | None = None,
    confirm: Confirm,
    command: str = "apply",
    run: Run | None = None,
    wish: Wish = no_wish,
) -> ApplyReport:
    """Take the cluster to its design.

    RefusedError for machines that are not ready, a stale stored plan, a held lock, or no confirmation; RunError when
    it stops part-way. `run` is a run to go on with (`resume`).
    """
    asked = _Asked(command, confirm, await asyncio.to_thread(_stored, stored_plan), wish)
    token = run or new_run(session.state, command, session.clock.now())
    owner = Owner.me(run=token.id, command=command, clock=session.clock)
    with FileLock(session.state.path("lock"), owner), session.logged(token.log), unless_begun(token):
        try:
            async with machine_lock(session, owner) as lock:
                return await _locked(session, token, owner, lock, asked)
        except SeakeepError as error:
            if token.journal.exists():
                error.add_note(f"log: {token.log}")
                if "seakeep resume" not in error.hint:
                    error.hint = "; then ".join(filter(None, (error.hint, "`seakeep resume` goes on from there")))
            raise


def _stored(path: Path | None) -> Plan | None:
    if path is None:
        return None
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error, UsageError, what="the plan") from error
    return Plan.from_json(data, source=str(path))


async def _locked(session: Session, run: Run, owner: Owner, lock: MachineLock, asked: _Asked) -> ApplyReport:
    watch = Stopwatch.start(session)
    view = await observe(session)
    session.keep_known()
    absent.refuse_wrong(session, view)
    planning.refuse(view.findings, absent=session.without, file=session.loaded.path)
    decided = Decided(session, replace(view, asked=asked.wish(view)))
    plan = decided.plan()
    if session.without:
        absent.refuse_unbearable(session, decided.stages())
    watch.lap("Read and plan")
    if asked.stored is not None:
        ensure_fresh(asked.stored, plan)
    if plan.empty and not run.journal.exists():
        discard(run)
        session.keep_file()
        return ApplyReport(cluster_name=session.design.name, changes=0, phases=tuple(watch.laps), run_dir="")
    # A resumed run whose changes are all made still has to wait for the cluster and to prove it.
    if not plan.empty and not asked.confirm(plan):
        raise RefusedError("not confirmed; nothing was changed")
    watch.pause()
    await _still_locked(session, lock)
    _record(session, run, plan, view)
    planned = [change.id for change in plan.changes]
    with journaled(session, run, command=asked.command, planned=planned) as journal:
        report = await _Work(session, run, decided, journal, watch).all(owner)
    session.state.write(f"runs/{run.id}/report.json", msgspec.json.encode(report))
    return report


async def _still_locked(session: Session, lock: MachineLock) -> None:
    """RefusedError where it was broken: while a person thinks there are no signs of life, and another operator may have
    taken us for dead."""
    if session.options.interrupt.is_set():
        return
    await lock.refresh()
    if session.options.interrupt.is_set():
        raise RefusedError("the lock was lost while the question stood; nothing was changed", hint="run it again")


@dataclass(slots=True)
class _Work:
    """One attempt at a plan."""

    session: Session
    run: Run
    now: Decided
    journal: Journal
    watch: Stopwatch
    done: int = 0
    probe: ProbeSummary | None = None

    async def all(self, owner: Owner) -> ApplyReport:
        """The parts in order. Issued keys and the living objects change what is to be done: then it is decided anew."""
        session, watch = self.session, self.watch
        if self.now.stage("keys").steps:
            await self._part("keys")
            self.now = Decided(session, replace(self.now.view, asked=()))
        await self._part("announce")
        await self._machines()
        await self._part("prune")
        via = await session.entrance()
        async with session.api("anonymous", "break-glass", "admin", via=via) as clients:
            # Loading images takes the machines' disks and processors, not the API's attention.
            await together(self._images(), self._cluster(owner, clients))
            session.progress.stage("Readiness")
            await together(
                readiness.etcd_healthy(session),
                readiness.api_servers_ready(session),
                readiness.nodes_ready(session, clients["admin"]),
                readiness.addons_ready(session, clients["admin"]),
            )
            watch.lap("Nodes, pod network, DNS ready")
            for left in ("policies", "drain", "clean", "forget", "record"):
                await self._part(left, clients)
            roster.finish(session.state, session.known, session.design, without=session.without)
            session.progress.stage("Proof")
            proof = await self._prove(clients)
            watch.lap("Proof")
        return ApplyReport(
            cluster_name=session.design.name,
            changes=self.done,
            phases=tuple(watch.laps),
            run_dir=str(self.run.folder),
            probe=self.probe,
            proof=proof,
            left_out=tuple(sorted(session.without)),
            next_steps=NEXT_STEPS,
        )

    async def _part(self, name: str, clients: Mapping[str, ApiClient] | None = None) -> None:
        """A part that has something to do, with its time."""
        stage = self.now.stage(name)
        if stage.steps:
            await self._execute(stage, clients)
            self.watch.lap(stage.title)

    async def _machines(self) -> None:
        """Who goes, who comes, and what every machine is to have: watched from outside where that disturbs the API."""
        session, stage = self.session, self.now.stage("machines")
        goes = any(self.now.stage(name).steps for name in ("returning", "fence", "leave"))
        on = goes or rolling.disturbs(stage, session.design)
        async with rolling.watched(session, self.run, self.journal, on=on, purpose="apply") as seen:
            for first in ("returning", "fence", "leave"):
                await self._part(first)
            await self._execute(self.now.stage(planning.NEWCOMERS))
            await self._part("join")
            await self._execute(await rolling.in_order(session, stage))
            self.watch.lap(stage.title)
        self.probe = seen.summary

    async def _images(self) -> None:
        await self._execute(self.now.stage("images"))

    async def _cluster(self, owner: Owner, clients: Mapping[str, ApiClient]) -> None:
        session = self.session
        session.progress.stage("Control plane")
        await readiness.endpoint_ready(session, clients["anonymous"])
        self.watch.lap("Control plane up")

        async with api_lease(session, clients["break-glass"], owner):
            self.now = self.now.with_objects(await self.now.view.read_objects(session, clients["break-glass"]))
            await self._execute(self.now.stage("cluster"), clients)
        self.watch.lap("Images and cluster objects")

    async def _execute(self, stage: Stage, clients: Mapping[str, ApiClient] | None = None) -> None:
        executor = Executor(
            _world(self.session, self.now.view, clients),
            journal=self.journal,
            clock=self.session.clock,
            progress=self.session.progress,
            stop=self.session.options.interrupt,
        )
        outcome = await executor.run([stage])
        self.done += outcome.done

    async def _prove(self, clients: Mapping[str, ApiClient]) -> tuple[Finding, ...]:
        session = self.session
        facts = self.now.view.facts
        known = [facts[node.name] for node in session.design.nodes if node.name in facts]
        restricted = all(traits_of(each).seccomp for each in known)

        async def renew_dns(why: str) -> None:
            said = f"{why}: it is started again"
            session.progress.note(said)
            self.journal.note(said)
            workloads = [each for each in readiness.addons(session.design) if each.name == coredns.NAME]
            await restart(session, clients["admin"], workloads)

        async with connected(session) as tool:
            return await prove(
                Proof(
                    design=session.design,
                    api=clients["admin"],
                    anonymous=clients["anonymous"],
                    kubectl=tool,
                    clock=session.clock,
                    progress=session.progress,
                    restricted=restricted,
                    renew_dns=renew_dns,
                    without=session.without,
                )
            )


def _world(session: Session, view: View, clients: Mapping[str, ApiClient] | None = None) -> World:
    async def issue(step: Step) -> None:
        action = step.action
        if isinstance(action, Forget):
            for name in action.names:
                session.state.remove(name)
            return
        assert isinstance(action, Issue)
        await asyncio.to_thread(pki.issue, session.state, session.design, action.name, session.clock)

    async def change(step: Step) -> None:
        await change_cluster(session, step, clients)

    return World(
        host=session.host,
        arch=lambda name: traits_of({**view.leaving, **view.facts}[name]).arch,
        resolve=session.state.resolve,
        blobs=session.store,
        gates=gates(session),
        handlers={OPERATOR: issue, CLUSTER: change},
    )


def _record(session: Session, run: Run, plan: Plan, view: View) -> None:
    """What the run was made from, before anything is done."""
    session.keep_file()
    session.state.write(f"runs/{run.id}/spec.yaml", session.loaded.content)
    session.state.write(f"runs/{run.id}/plan.json", plan.to_json())
    session.state.write(f"runs/{run.id}/facts.json", view.facts_json())
    if session.replacing is not None:
        session.state.write(f"runs/{run.id}/replacing.json", msgspec.json.encode(session.replacing))
    roster.begin(session.state, session.known, session.design)
