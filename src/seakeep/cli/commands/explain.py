"""`seakeep explain`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command


@command(examples=("seakeep explain POD001", "seakeep explain DES003 -o json"))
@click.argument("id_", metavar="ID")
def run(call: Call, id_: str) -> int:
    """Explain it."""
    from seakeep.flows.checks import explained

    return call.show(explained(id_))
