"""`seakeep storm judge`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Reads the schedule and the history of the run, by default the last, and writes its observations and its page"
    " again. Nothing is contacted.",
    examples=("seakeep storm judge", "seakeep storm judge 20261125T1200 -o json"),
    exits={Exit.NEGATIVE: "something that was promised did not hold", Exit.UNDECIDED: "", Exit.REFUSED: ""},
)
@click.argument("run_id", metavar="[RUN]", required=False)
def run(call: Call, run_id: str | None) -> int:
    """Judge it."""
    from seakeep.flows.storm.judge import judge_run
    from seakeep.flows.storm.record import chosen

    return call.show(call.in_session(lambda session: judge_run(session, chosen(session.state, run_id))))
