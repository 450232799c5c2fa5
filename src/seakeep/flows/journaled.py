"""A run's journal from its start to how it ended, and the execution of runs of one stage, which cannot be resumed."""

import getpass
import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from seakeep.core.errors import Exit, SeakeepError
from seakeep.engine.journal import Journal
from seakeep.engine.model import Handler
from seakeep.engine.run import Executor, World
from seakeep.engine.stage import Stage
from seakeep.flows.session import Session
from seakeep.state.runs import Run, discard


def operator_name() -> str:
    """Who does it, as journals and exports name them: `user@computer`."""
    return f"{getpass.getuser()}@{platform.node()}"


@contextmanager
def unless_begun(run: Run) -> Iterator[None]:
    """A run that ends before its journal begins has changed nothing, and leaves nothing."""
    try:
        yield
    except BaseException:  # Ctrl-C at a question is a KeyboardInterrupt
        discard(run)
        raise


@contextmanager
def journaled(session: Session, run: Run, *, command: str, planned: Iterable[str]) -> Iterator[Journal]:
    """The run's journal, up to how the run ended: ok, failed, or interrupted by the person."""
    with Journal(run.journal, clock=session.clock) as journal:
        journal.run_start(run=run.id, by=operator_name(), command=command, planned=planned)
        try:
            yield journal
        except SeakeepError as error:
            interrupted = error.exit_code == Exit.INTERRUPTED
            journal.run_end("interrupted" if interrupted else "failed", error.message)
            raise
        except Exception as error:
            # The command ends with where the rest is told, and as one that had begun.
            error.add_note(f"log: {run.log}")
            raise
        journal.run_end("ok")


async def execute(
    session: Session, journal: Journal, stage: Stage, *, again: str, handlers: Mapping[str, Handler] | None = None
) -> None:
    """Carry out a stage that places no binaries: for those the machines' architectures would have to be known. `again`
    is the command that goes on where this stopped."""
    world = World(
        host=session.host,
        arch=lambda _: "amd64",
        resolve=session.state.resolve,
        blobs=session.store,
        handlers=handlers or {},
    )
    executor = Executor(
        world,
        journal=journal,
        clock=session.clock,
        progress=session.progress,
        stop=session.options.interrupt,
        again=f"`{again}`",
    )
    await executor.run([stage])
