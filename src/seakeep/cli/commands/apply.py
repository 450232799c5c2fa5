"""`seakeep apply`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit

if TYPE_CHECKING:
    from seakeep.flows.session import Session
    from seakeep.report.apply import ApplyReport


@command(
    about="Plans, shows the plan, asks, does it, and proves with real work through the endpoint that the cluster"
    " works. With PLAN it does exactly that stored plan, and refuses when the file or the machines have moved since."
    " Ctrl-C lets the changes under way finish.",
    examples=(
        "seakeep apply",
        "seakeep plan --out plan.json && seakeep apply plan.json",
        "seakeep apply --yes",
        "seakeep apply --without b-worker1",
    ),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "a machine could not be read; nothing was changed",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("stored_plan", metavar="[PLAN]", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--without",
    metavar="MACHINE",
    multiple=True,
    help="Go on without this machine, which does not answer, where the others carry the cluster. Can be repeated.",
)
def run(call: Call, stored_plan: Path | None, without: tuple[str, ...]) -> int:
    """Make it so."""
    from seakeep.flows.apply import apply

    async def do(session: "Session") -> "ApplyReport":
        if without:
            session.leave_out(without)
        return await apply(session, stored_plan=stored_plan, confirm=call.confirm)

    return call.show(call.in_session(do, stoppable=True))
