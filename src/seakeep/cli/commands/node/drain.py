"""`seakeep node drain`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Cordons the node and evicts its pods through the Eviction API, which keeps to every PodDisruptionBudget."
    " Says which pods are left and what keeps them; gives up at the deadline, with the node still cordoned. Pods of"
    " DaemonSets stay. `seakeep kubectl -- uncordon NODE` takes it back.",
    examples=("seakeep node drain b-worker1", "seakeep node drain b-worker1 --timeout 900"),
    exits={Exit.REFUSED: "another run holds the lock", Exit.PARTIAL: "pods are left; the node is cordoned"},
)
@click.argument("name")
@click.option("--timeout", type=click.IntRange(1, 86400), default=300, metavar="SECONDS", help="When to give up. [300]")
def run(call: Call, name: str, timeout: int) -> int:
    """Empty it."""
    from seakeep.flows import nodes

    return call.show(call.in_session(lambda session: nodes.drain(session, name, float(timeout)), stoppable=True))
