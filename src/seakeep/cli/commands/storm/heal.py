"""`seakeep storm heal`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.cli.storm_options import power
from seakeep.core.errors import Exit


@command(
    about="Looks at every stored run and on every machine. Harmless where there is nothing to heal, and any number of"
    " times.",
    examples=("seakeep storm heal",),
    exits={Exit.PARTIAL: "something could not be healed"},
)
@click.argument("run_id", metavar="[RUN]", required=False)
@click.option("--when-orphaned", is_flag=True, hidden=True, help="Wait for standard input to end first.")
@power
def run(call: Call, run_id: str | None, when_orphaned: bool, power_off: str, power_on: str) -> int:
    """Heal."""
    from seakeep.flows.storm.heal import heal
    from seakeep.flows.storm.perform import PowerCommands
    from seakeep.flows.storm.watchdog import orphaned

    if when_orphaned and not orphaned():
        return Exit.OK
    commands = PowerCommands(off=power_off, on=power_on)
    return call.show(call.in_session(lambda session: heal(session, run_id, commands)))
