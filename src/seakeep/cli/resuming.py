"""Going on with a run: one command that is found in two places."""

from typing import TYPE_CHECKING

import click

from seakeep.cli.call import Call
from seakeep.cli.command import Command, command
from seakeep.core.errors import Exit

if TYPE_CHECKING:
    from seakeep.flows.session import Session
    from seakeep.report.apply import ApplyReport


def resuming(words: str) -> Command:
    """The command, with these words in its examples."""

    @command(
        about="Without RUN it takes the last run that stopped part-way. Reads the machines again, skips what is"
        " verified and repeats what may or may not have happened.",
        examples=(
            f"seakeep {words}",
            f"seakeep {words} --without b-worker1",
            f"seakeep {words} 20261123T221005Z-apply",
        ),
        exits={
            Exit.NEGATIVE: "everything was done, but the proof failed",
            Exit.UNDECIDED: "",
            Exit.REFUSED: "",
            Exit.PARTIAL: "",
        },
    )
    @click.argument("run_id", metavar="[RUN]", required=False)
    @click.option(
        "--without",
        metavar="MACHINE",
        multiple=True,
        help="Go on without this machine, which does not answer, where the others carry the cluster. Can be repeated.",
    )
    def run(call: Call, run_id: str | None, without: tuple[str, ...]) -> int:
        """Go on."""
        from seakeep.flows.resume import resume

        async def do(session: "Session") -> "ApplyReport":
            if without:
                session.leave_out(without)
            return await resume(session, run_id, call.confirm)

        return call.show(call.in_session(do, stoppable=True))

    return run
