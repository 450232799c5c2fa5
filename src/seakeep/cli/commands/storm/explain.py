"""`seakeep storm explain`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command


@command(
    about="What it breaks, why that is worth trying, how it is healed, and when it stops itself.",
    examples=("seakeep storm explain etcd_leader_killed",),
)
@click.argument("experiment", metavar="ID")
def run(call: Call, experiment: str) -> int:
    """Explain it."""
    from seakeep.flows.storm.catalogue import explain

    return call.show(explain(experiment))
