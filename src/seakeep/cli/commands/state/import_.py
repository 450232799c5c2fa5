"""`seakeep state import`."""

from pathlib import Path

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.cli.passphrase_options import passphrase_options
from seakeep.core.errors import Exit


@command(
    about="All of it or nothing. Another cluster's folder is never overwritten. What was encrypted to a recipient can "
    "come from anybody who knows the recipient: compare the authority's fingerprint with the one that export showed.",
    examples=(
        "seakeep state import cluster.age",
        "seakeep state import cluster.age --identity ~/.config/age/key.txt",
        "seakeep state import cluster.age --replace",
    ),
    exits={
        Exit.USAGE: "a wrong passphrase or identity, or no export; nothing was changed",
        Exit.UNDECIDED: "an export of another version; nothing was changed",
        Exit.REFUSED: "another cluster's, or the folder holds something already",
    },
)
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "-i",
    "--identity",
    "identities",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="An age identity file, or an SSH private key.",
)
@passphrase_options
@click.option("--replace", is_flag=True, help="Put it in the place of this cluster's folder, which is kept beside it.")
def run(  # noqa: PLR0917 - click passes by name
    call: Call,
    source: Path,
    identities: tuple[Path, ...],
    passphrase_file: Path | None,
    passphrase_fd: int | None,
    replace: bool,
) -> int:
    """Import it."""
    from seakeep.cli.passphrase import passphrase, private
    from seakeep.flows.state import import_from

    secret = None if identities else passphrase(call, file=passphrase_file, fd=passphrase_fd, new=False)
    keys = tuple(private(path) for path in identities)
    return call.show(
        call.in_session(
            lambda session: import_from(session, source, passphrase=secret, identities=keys, replace=replace)
        )
    )
