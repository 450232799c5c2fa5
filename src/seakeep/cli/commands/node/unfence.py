"""`seakeep node unfence`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Ends the fence around a load balancer or control plane that was taken out while it did not answer, and"
    " applies that. For an address that something else has now, or a machine that is known to be gone: a machine that"
    " still is what it was would claim the VIP, and write to etcd. NAME may be the address. A machine that is added to"
    " the file at the address ends its fence by itself. `seakeep status` lists the fences.",
    examples=("seakeep node unfence a-lb1", "seakeep node unfence 10.77.1.31"),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "",
        Exit.REFUSED: "the file asks for more than this, or it was not confirmed; nothing was changed",
        Exit.PARTIAL: "",
    },
)
@click.argument("name")
def run(call: Call, name: str) -> int:
    """Take the fence down."""
    from seakeep.flows import nodes

    return call.show(call.in_session(lambda session: nodes.unfence(session, name, call.confirm), stoppable=True))
