"""`seakeep certs rotate-ca`."""

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="CA is cluster, etcd, front-proxy, service-account (the key pair of tokens), or all. Three stages, each of"
    " which reaches every machine before the next begins: trust makes the next authority and trusts both, reissue signs"
    " everything with the next, drop forgets the previous. The stage is kept in the state folder: the same command goes"
    " on where it stopped. Before reissue, pods that started before the next authority was published stand in the way;"
    " they have to be started again.",
    examples=(
        "seakeep certs rotate-ca etcd",
        "seakeep certs rotate-ca cluster --until trust",
        "seakeep certs rotate-ca cluster etcd front-proxy --yes",
    ),
    exits={
        Exit.NEGATIVE: "a stage was done, but its proof failed",
        Exit.UNDECIDED: "a machine could not be read; nothing was changed",
        Exit.REFUSED: "",
        Exit.PARTIAL: "",
    },
)
@click.argument("authorities", metavar="CA...", nargs=-1, required=True)
@click.option(
    "--until",
    type=click.Choice(("trust", "reissue", "drop")),
    default="drop",
    show_default=True,
    help="Stop after this stage.",
)
@click.option("--ignore-pods", is_flag=True, help="Go on although older pods may not trust the next authority.")
def run(call: Call, authorities: tuple[str, ...], until: str, ignore_pods: bool) -> int:
    """Replace."""
    from seakeep.flows.rotate import Wanted, rotate
    from seakeep.state.rotation import Stage

    wanted = Wanted(words=authorities, until=Stage(until), ignore_pods=ignore_pods)
    return call.show(call.in_session(lambda session: rotate(session, call.confirm, wanted), stoppable=True))
