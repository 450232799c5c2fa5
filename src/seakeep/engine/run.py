"""Carrying out stages: side by side where that is safe, one at a time where it is not.

What is guaranteed:

* a change is in the journal, flushed, before its machine hears of it
* of all hosts with serial steps in a stage at most one is being acted on, and the next is touched only after
  every gate of the last one said that it is healthy
* after the first failure nothing new is started; what runs is finished and its errors are collected
* an interrupt does the same
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from seakeep.artifacts.base import Resolve
from seakeep.core.change import CLUSTER, OPERATOR
from seakeep.core.clock import Clock
from seakeep.core.errors import MachineError, RefusedError, RunError, SeakeepError
from seakeep.core.progress import Progress
from seakeep.engine.batch import Feed, TimeLimits, check_step, compile_batch
from seakeep.engine.journal import Journal, Result
from seakeep.engine.model import Blobs, Gate, Handler, Step
from seakeep.engine.outcome import (
    HostOutcome,
    InterruptedRunError,
    RunFailedError,
    RunOutcome,
    StageOutcome,
    StoppedError,
)
from seakeep.engine.stage import HostPart, Stage
from seakeep.transport.base import Host
from seakeep.transport.base import Result as Answer

RESUME = "`seakeep resume`"
_PSEUDO = (OPERATOR, CLUSTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything a run acts on. `root` is empty except for machines that are a folder."""

    host: Callable[[str], Host]
    arch: Callable[[str], str]
    resolve: Resolve
    blobs: Blobs
    gates: Mapping[str, Gate] = field(default_factory=dict)
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    root: Callable[[str], str] = lambda _: ""


class Executor:
    """Runs stages. One executor is one attempt."""

    def __init__(
        self,
        world: World,
        *,
        journal: Journal,
        clock: Clock,
        progress: Progress,
        stop: asyncio.Event | None = None,
        parallel: int = 64,
        limits: TimeLimits | None = None,
        again: str = RESUME,
    ) -> None:
        self._world = world
        self._again = again
        self._journal = journal
        self._clock = clock
        self._progress = progress
        self._stop = stop or asyncio.Event()
        self._parallel = parallel
        self._limits = limits
        self._stages: list[StageOutcome] = []

    async def run(self, stages: Sequence[Stage]) -> RunOutcome:
        """Carry out all stages.

        RefusedError when a step or a serial group cannot be, or a gate refuses before anything was done;
        RunFailedError (a RunError) when a host fails; InterruptedRunError when `stop` was set.
        """
        self._check(stages)
        total = sum(len(stage.steps) for stage in stages)
        for stage in stages:
            if not stage.steps:
                continue
            if self._stop.is_set():
                raise self._interrupted(total)
            await self._run_stage(stage, total)
        return self._outcome()

    def _check(self, stages: Sequence[Stage]) -> None:
        for stage in stages:
            for step in stage.steps:
                if step.change.host not in _PSEUDO:
                    check_step(step)
                elif step.change.host not in self._world.handlers:
                    raise RefusedError(f"nothing here can carry out {step.change.id}")
                if step.serial is not None and step.serial not in self._world.gates:
                    raise RefusedError(f"{step.change.id} belongs to the group {step.serial}, which has no gate")

    async def _run_stage(self, stage: Stage, total: int) -> None:
        self._progress.stage(stage.title)
        self._journal.stage(stage.id, stage.title)
        run = _StageRun()
        start = self._clock.monotonic()
        parts = stage.parts()
        room = asyncio.Semaphore(self._parallel)
        try:
            for part in (part for part in parts if part.host == OPERATOR):
                await self._part(part, run)
            await _all(self._bounded(part, run, room) for part in parts if part.host not in _PSEUDO and not part.groups)
            for part in (part for part in parts if part.groups or part.host == CLUSTER):
                await self._part(part, run)
        finally:
            hosts = tuple(run.hosts[part.host] for part in parts if part.host in run.hosts)
            self._stages.append(StageOutcome(stage.id, stage.title, self._clock.monotonic() - start, hosts))
        if run.failures:
            raise self._failed(stage, run)
        if run.stopped:
            raise self._interrupted(total)

    def _failed(self, stage: Stage, run: "_StageRun") -> SeakeepError:
        failures = tuple(sorted(run.failures, key=lambda pair: pair[0]))
        outcome = self._outcome()
        if outcome.done == 0 and not run.touched and all(isinstance(e, RefusedError) for _, e in failures):
            return failures[0][1]
        return RunFailedError(
            stage.title, failures, outcome, hint=f"when the cause is gone, {self._again} goes on from there"
        )

    def _interrupted(self, total: int) -> InterruptedRunError:
        outcome = self._outcome()
        return InterruptedRunError(outcome, left=total - outcome.done, hint=f"{self._again} goes on from there")

    def _outcome(self) -> RunOutcome:
        return RunOutcome(tuple(self._stages))

    async def _bounded(self, part: HostPart, run: "_StageRun", room: asyncio.Semaphore) -> None:
        async with room:
            await self._part(part, run)

    async def _part(self, part: HostPart, run: "_StageRun") -> None:
        """One host's part of the stage. Its failure is collected, not raised; a bug is raised."""
        if run.failures or run.stopped or self._stop.is_set():
            run.stopped = run.stopped or self._stop.is_set()
            return
        start = self._clock.monotonic()
        done: set[int] = set()
        failure: SeakeepError | None = None
        try:
            for group in part.groups:
                await self._unless_stopped(self._world.gates[group].admit(part.host))
            await self._do(part, run, done)
            for group in part.groups:
                await self._world.gates[group].settled(part.host)
        except StoppedError:
            run.stopped = True
        except SeakeepError as error:
            failure = error
            run.failures.append((part.host, error))
        finally:
            self._progress.state(part.host, "failed" if failure else "")
            run.hosts[part.host] = HostOutcome(
                host=part.host,
                seconds=self._clock.monotonic() - start,
                planned=len(part.steps),
                done=len(done),
                error=failure.message if failure else "",
            )

    async def _do(self, part: HostPart, run: "_StageRun", done: set[int]) -> None:
        if part.host in _PSEUDO:
            await self._handle(part, run, done)
            return
        world = self._world
        feeds = compile_batch(
            part.steps,
            resolve=world.resolve,
            blobs=world.blobs,
            arch=world.arch(part.host),
            root=world.root(part.host),
            limits=self._limits,
        )
        host = world.host(part.host)
        for feed in feeds:
            if self._stop.is_set():
                raise StoppedError
            await self._journal.begin(part.steps[index].change for index in feed.steps)
            run.touched = True
            await self._feed(host, feed, part.steps, done)

    async def _handle(self, part: HostPart, run: "_StageRun", done: set[int]) -> None:
        handler = self._world.handlers[part.host]
        for index, step in enumerate(part.steps):
            if self._stop.is_set():
                raise StoppedError
            await self._journal.begin([step.change])
            run.touched = True
            self._progress.state(part.host, step.change.what)
            async with self._recorded(step):
                await handler(step)
            done.add(index)

    @asynccontextmanager
    async def _recorded(self, step: Step) -> AsyncIterator[None]:
        try:
            yield
        except StoppedError:
            self._journal.end(step.change.id, Result.UNKNOWN, "interrupted")
            self._journal.flush()
            raise
        except SeakeepError as error:
            self._journal.end(step.change.id, Result.FAILED, error.message)
            self._journal.flush()
            raise
        self._journal.end(step.change.id, Result.DONE)

    async def _feed(self, host: Host, feed: Feed, steps: Sequence[Step], done: set[int]) -> None:
        """Send one feed. Ends are written as the machine reports them and flushed together."""
        watch = _Watch(feed, steps, self._journal, self._progress, done)
        self._progress.state(host.name, feed.what)
        try:
            answer = await host.feed(
                feed.command, feed.payload(), what=feed.what, timeout=feed.timeout, on_line=watch.line
            )
        except SeakeepError as error:
            watch.close(Result.UNKNOWN, Result.UNKNOWN, error.message)
            raise
        else:
            if answer.status != 0 or not watch.complete:
                raise watch.failed(host.name, answer)
        finally:
            self._journal.flush()

    async def _unless_stopped(self, work: Awaitable[None]) -> None:
        """Await something that only waits; give it up when the interrupt comes."""
        task = asyncio.ensure_future(work)
        stop = asyncio.ensure_future(self._stop.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not task.done():
                raise StoppedError
            await task
        finally:
            for one in (task, stop):
                one.cancel()
            await asyncio.gather(task, stop, return_exceptions=True)


@dataclass(slots=True)
class _StageRun:
    """What has happened in the running stage."""

    failures: list[tuple[str, SeakeepError]] = field(default_factory=list)
    hosts: dict[str, HostOutcome] = field(default_factory=dict)
    stopped: bool = False
    touched: bool = False


class _Watch:
    """Follows the protocol of one feed and keeps the journal."""

    def __init__(self, feed: Feed, steps: Sequence[Step], journal: Journal, progress: Progress, done: set[int]) -> None:
        self._feed = feed
        self._steps = steps
        self._journal = journal
        self._progress = progress
        self._done = done
        self._begun: set[int] = set()
        self._culprit: int | None = None

    @property
    def complete(self) -> bool:
        return self._done.issuperset(self._feed.steps)

    def line(self, text: str) -> None:
        """Take one line of the machine's standard output; what is not of the protocol is ignored."""
        word, _, number = text.partition(" ")
        if not number.isdecimal() or int(number) not in self._feed.steps:
            return
        index = int(number)
        change = self._steps[index].change
        if word == "begin":
            self._begun.add(index)
            self._progress.state(change.host, change.what)
        elif word == "fail":
            self._culprit = index
        elif word == "done" and index in self._begun and index not in self._done:
            self._done.add(index)
            self._journal.end(change.id, Result.DONE)

    def close(self, begun: Result, unbegun: Result, error: str) -> None:
        """Write an end for every step of the feed that has none."""
        for index in self._feed.steps:
            if index in self._done:
                continue
            result = begun if index in self._begun else unbegun
            if index == self._culprit:
                result = Result.FAILED
            self._journal.end(self._steps[index].change.id, result, "" if result is Result.UNTOUCHED else error)

    def failed(self, host: str, answer: Answer) -> RunError:
        """The error for a batch that ended by itself without having done everything."""
        said = answer.stderr.strip().splitlines()
        cause = f": {said[-1]}" if said else ""
        if self._culprit is not None:
            what = f"{self._steps[self._culprit].change.what} failed"
        elif self._begun:
            what = f"the machine stopped in the middle of: {self._feed.what}"
        else:
            what = f"the machine could not start to {self._feed.what}"
        message = f"{what}{cause}"
        # Everything the machine printed has been read: what it did not begin, it did not touch.
        self.close(Result.UNKNOWN, Result.UNTOUCHED, what)
        return MachineError(message, host=host, command=self._feed.what, status=answer.status, stderr=answer.stderr)


async def _all(work: Iterable[Coroutine[object, object, None]]) -> None:
    """Run all to their end, even when one raises; then raise the first exception."""
    results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
