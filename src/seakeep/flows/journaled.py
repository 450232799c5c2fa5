"""Runs of one stage that cannot be resumed: their journal from its start to how they ended."""

import getpass
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from seakeep.core.errors import SeakeepError
from seakeep.engine.journal import Journal
from seakeep.engine.model import Handler
from seakeep.engine.run import Executor, World
from seakeep.engine.stage import Stage
from seakeep.flows.session import Session
from seakeep.state.runs import Run


def operator_name() -> str:
    """Who does it, as journals and exports name them: `user@computer`."""
    return f"{getpass.getuser()}@{platform.node()}"


@contextmanager
def journaled(session: Session, run: Run, *, command: str, planned: Iterable[str]) -> Iterator[Journal]:
    """The run's journal. A SeakeepError ends it as failed, an interruption too: `resume` has nothing to go on with."""
    with Journal(run.journal, clock=session.clock) as journal:
        journal.run_start(run=run.id, by=operator_name(), command=command, planned=planned)
        try:
            yield journal
        except SeakeepError as error:
            journal.run_end("failed", error.message)
            raise
        journal.run_end("ok")


async def execute(
    session: Session, journal: Journal, stage: Stage, handlers: Mapping[str, Handler] | None = None
) -> None:
    """Carry out a stage that places no binaries: for those the machines' architectures would have to be known."""
    world = World(
        host=session.host,
        arch=lambda _: "amd64",
        resolve=session.state.resolve,
        blobs=session.store,
        handlers=handlers or {},
    )
    executor = Executor(
        world, journal=journal, clock=session.clock, progress=session.progress, stop=session.options.interrupt
    )
    await executor.run([stage])
