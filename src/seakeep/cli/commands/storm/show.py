"""`seakeep storm show`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="As it was judged then, by default that of the last run. With --html, the page itself.",
    examples=("seakeep storm show", "seakeep storm show --html >storm.html"),
    exits={Exit.NEGATIVE: "something that was promised did not hold", Exit.UNDECIDED: "", Exit.REFUSED: ""},
)
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--html", is_flag=True, help="Print the page of the run.")
def run(call: Call, run_id: str | None, html: bool) -> int:
    """Show it."""
    from seakeep.flows.storm.judge import stored
    from seakeep.report.storm_page import page

    report = call.in_session(lambda session: stored(session, run_id))
    if html:
        call.write(page(report))
        return report.exit_code
    return call.show(report)
