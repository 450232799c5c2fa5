"""`seakeep node remove`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Takes the machine out of the file, if it is still there, and applies that: the VIP and the pods move away"
    " first, etcd loses the member only when the others have a quorum, and everything of Seakeep comes off the machine."
    " A machine that does not answer is removed from the cluster and left as it is. The same as editing the file and"
    " `seakeep apply`, but only when nothing else would come or go.",
    examples=("seakeep node remove b-worker1",),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "",
        Exit.REFUSED: "the cluster does not bear it, or it was not confirmed; nothing was changed",
        Exit.PARTIAL: "",
    },
)
@click.argument("name")
def run(call: Call, name: str) -> int:
    """Take it out."""
    from seakeep.flows import nodes

    report = call.in_session(
        lambda session: nodes.remove(session, name, call.confirm), stoppable=True, edit=nodes.removing(name)
    )
    return call.show(report)
