"""`seakeep node add`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit

ROLES = ("etcd", "control-plane", "load-balancer", "worker")


@command(
    about="Adds the machine to the file, if it is not there yet, and applies that: shows the plan, asks, does it and"
    " proves it. An etcd member joins as a learner and gets its vote when it has caught up. The same as editing the"
    " file and `seakeep apply`, but only when nothing else would come or go.",
    examples=(
        "seakeep node add a-worker2 --address 10.77.1.42 --site a --role worker --pool hot",
        "seakeep node add a-worker2",
    ),
    exits={
        Exit.NEGATIVE: "everything was done, but the proof failed",
        Exit.UNDECIDED: "",
        Exit.REFUSED: "the cluster does not bear it, or it was not confirmed; nothing was changed",
        Exit.PARTIAL: "",
    },
)
@click.argument("name")
@click.option("--address", metavar="ADDRESS", help="Its address, for a machine that is not in the file yet.")
@click.option("--site", metavar="SITE", help="Its failure domain.")
@click.option("--role", "roles", multiple=True, type=click.Choice(ROLES), help="What it does; may be repeated.")
@click.option("--pool", metavar="POOL", help="The pool of a worker.")
def run(  # noqa: PLR0917 - one for each option
    call: Call, name: str, address: str | None, site: str | None, roles: tuple[str, ...], pool: str | None
) -> int:
    """Take it in."""
    from seakeep.flows import nodes

    edit = nodes.adding(name, address=address, site=site, roles=roles, pool=pool)
    report = call.in_session(lambda session: nodes.add(session, name, call.confirm), stoppable=True, edit=edit)
    return call.show(report)
