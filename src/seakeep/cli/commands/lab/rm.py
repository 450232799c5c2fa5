"""`seakeep lab rm`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="For machines that were taken out of the file, and to play the loss of one: `seakeep lab up` makes a new"
    " machine of the same name, with empty disks and another host key. Asks first.",
    examples=("seakeep lab rm b-worker1", "seakeep lab rm a-etcd1 --yes && seakeep lab up"),
    exits={Exit.REFUSED: "there is no such machine, or it was not confirmed"},
)
@click.argument("machines", nargs=-1, required=True, metavar="MACHINE...")
def run(call: Call, machines: tuple[str, ...]) -> int:
    """Throw away."""
    from seakeep.core.errors import RefusedError
    from seakeep.flows import lab

    if not call.agree(tuple(f"{name}, with all that is on its disks" for name in machines)):
        raise RefusedError("not confirmed; nothing was changed")
    return call.show(call.in_session(lambda session: lab.discard(session, machines)))
