"""`seakeep certs list`."""

from pathlib import Path

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.core.errors import Exit


@command(
    about="Reads every machine's disk, asks every port for the certificate it serves (etcd for clients and peers, API"
    " servers, controller managers, schedulers, kubelets), and compares both with the state folder. One that ends soon,"
    " is not as designed, or is served although another one lies on the disk, is a problem. NAME is a certificate"
    " (`apiserver-a-cp1`, `etcd/server-a-etcd1`, `kubelet/a-worker1`), an authority (`etcd`) or a machine, for all that"
    " it holds: these are shown whole, with every name in them, where they lie and who uses them.",
    examples=(
        "seakeep certs list",
        "seakeep certs list apiserver-a-cp1 etcd",
        "seakeep certs list -o json | jq '.certificates[] | {name, notAfter, verdict}'",
        "seakeep certs list --kubeconfig ~/.kube/config",
    ),
    exits={Exit.NEGATIVE: "a certificate has ended, ends soon, or is not what it should be", Exit.UNDECIDED: ""},
)
@click.argument("names", metavar="[NAME]...", nargs=-1)
@click.option(
    "--kubeconfig",
    "kubeconfigs",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    help="Look at this kubeconfig too; may be given more than once.",
)
def run(call: Call, names: tuple[str, ...], kubeconfigs: tuple[Path, ...]) -> int:
    """All of them, or these."""
    from seakeep.flows.certs import certs

    return call.show(call.in_session(lambda session: certs(session, kubeconfigs, names=names)))
