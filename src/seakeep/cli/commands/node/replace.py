"""`seakeep node replace`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="For a machine that was lost and is there again with empty disks, under its name and address. Its etcd member"
    " is removed and taken in anew: as a learner first, with its vote once it has caught up. A machine that does"
    " nothing but etcd may also be the old one, with data that the cluster does not know any more: they are wiped.",
    examples=("seakeep node replace a-etcd1",),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "",
        Exit.REFUSED: "the cluster does not bear it, or it was not confirmed; nothing was changed",
        Exit.PARTIAL: "",
    },
)
@click.argument("name")
def run(call: Call, name: str) -> int:
    """Put a new one in its place."""
    from seakeep.flows import nodes

    report = call.in_session(lambda session: nodes.replace(session, name, call.confirm), stoppable=True, replace=name)
    return call.show(report)
