"""`seakeep runs judge`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Was every planned change made, did the run come to its end, was the cluster proven afterwards, are plan, "
    "file and facts those that it was made from? Without RUN it judges the last one. Reads the state folder only.",
    examples=("seakeep runs judge", "seakeep runs judge 20261123T221005Z-apply -o json"),
    exits={Exit.NEGATIVE: "the run does not hold", Exit.UNDECIDED: "its folder does not tell"},
)
@click.argument("run_id", metavar="[RUN]", required=False)
def run(call: Call, run_id: str | None) -> int:
    """Judge it."""
    from seakeep.flows.judge_run import judge

    return call.show(call.in_session(lambda session: judge(session, run_id)))
