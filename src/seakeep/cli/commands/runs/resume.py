"""`seakeep runs resume`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="The same as `seakeep resume RUN`.",
    examples=("seakeep runs resume 20261123T221005Z-apply",),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("run_id", metavar="RUN")
def run(call: Call, run_id: str) -> int:
    """Go on."""
    from seakeep.flows.resume import resume

    report = call.in_session(lambda session: resume(session, run_id, call.confirm), stoppable=True)
    return call.show(report)
