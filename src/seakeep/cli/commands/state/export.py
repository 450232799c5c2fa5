"""`seakeep state export`."""

from pathlib import Path

import click

from seakeep.cli.call import Call
from seakeep.cli.command import command
from seakeep.cli.passphrase_options import passphrase_options
from seakeep.core.errors import Exit


@command(
    about="Keys, certificates, runs: everything that another operator or computer needs to go on. The file is in the "
    "age format, encrypted with a passphrase or to recipients, and 0600. Whoever can open it owns the cluster.",
    examples=(
        "seakeep state export cluster.age",
        "seakeep state export cluster.age --passphrase-file ~/.seakeep-passphrase",
        "seakeep state export cluster.age --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
    ),
    exits={Exit.REFUSED: "a run is going on, the file exists, or there are no keys yet"},
)
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("-r", "--recipient", "recipients", multiple=True, metavar="KEY", help="An age1... or SSH public key.")
@passphrase_options
def run(
    call: Call, target: Path, recipients: tuple[str, ...], passphrase_file: Path | None, passphrase_fd: int | None
) -> int:
    """Export it."""
    from seakeep.cli.passphrase import passphrase
    from seakeep.flows.state import export_to

    secret = None if recipients else passphrase(call, file=passphrase_file, fd=passphrase_fd, new=True)
    return call.show(
        call.in_session(lambda session: export_to(session, target, passphrase=secret, recipients=recipients))
    )
