"""The options that say where a passphrase comes from."""

from collections.abc import Callable
from pathlib import Path

import click


def passphrase_options(function: Callable[..., int]) -> Callable[..., int]:
    """Both, handed over as `passphrase_file` and `passphrase_fd`."""
    file = click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path, dir_okay=False),
        envvar="SEAKEEP_PASSPHRASE_FILE",
        metavar="FILE",
        help="Its first line is the passphrase. [env SEAKEEP_PASSPHRASE_FILE]",
    )
    descriptor = click.option(
        "--passphrase-fd", type=int, metavar="N", help="Read the passphrase from this file descriptor."
    )
    return file(descriptor(function))
