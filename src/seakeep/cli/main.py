"""The entry point: parses, runs a command, and turns however it ends into an exit code."""

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from seakeep.cli import failure
from seakeep.cli.command import Chosen, settings_of
from seakeep.cli.lazy import LazyGroup
from seakeep.cli.settings import Settings
from seakeep.cli.table import COMMANDS
from seakeep.core.errors import Exit
from seakeep.core.shortlived import short_lived

PROGRAM = "seakeep"


def root() -> LazyGroup:
    """The whole command line."""
    return LazyGroup(
        name=PROGRAM,
        entries=COMMANDS,
        help="A production Kubernetes cluster through its whole life, from one declarative file.",
        epilog_lines=(
            "EXAMPLES\n"
            "  seakeep new && seakeep check\n"
            "  seakeep plan && seakeep apply\n"
            "  seakeep status -o json\n"
            "\n`seakeep COMMAND --help` has a command's own examples and exit codes.\n"
        ),
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
    )


def main() -> NoReturn:
    """Run with the process's arguments and exit."""
    with short_lived():
        code = run(sys.argv[1:])
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run with these arguments and return the exit code."""
    chosen: Chosen = {}
    try:
        result = root().main(list(arguments), prog_name=PROGRAM, standalone_mode=False, obj=chosen)
        sys.stdout.flush()
    except BaseException as error:  # noqa: BLE001 - the last one: everything ends in an exit code
        return _ended(error, chosen)
    return int(result) if isinstance(result, int) else Exit.OK


def _ended(error: BaseException, chosen: Chosen) -> int:
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case click.ClickException():
            error.show(sys.stderr)
            return Exit.USAGE
        case click.Abort() | KeyboardInterrupt():
            # click makes an Abort of it, which says nothing by itself.
            sys.stderr.write(f"interrupted {error.__cause__ or error}".rstrip() + "\n")
            return Exit.INTERRUPTED
        case BrokenPipeError():
            # The reader went away. Whatever Python still wants to flush at exit must not fail again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.INTERRUPTED
        case SystemExit():
            raise error
    settings = _settings(chosen)
    errors = failure.known(error)
    if errors:
        return failure.told(errors, settings, sys.stderr)
    return failure.bug(error, settings, sys.stderr)


def _settings(chosen: Chosen) -> Settings:
    """Those that were parsed before it ended."""
    try:
        return settings_of(chosen)
    except TypeError:
        return Settings()
