"""A group that knows its commands from the table and imports one only when it is invoked."""

from collections.abc import Sequence
from importlib import import_module
from keyword import iskeyword
from typing import Any

import click

from seakeep.cli.command import Command, global_options
from seakeep.cli.table import Entry

PACKAGE = "seakeep.cli.commands"


class LazyGroup(click.Group):
    """The commands of a part of the table. `words` are those that lead to it (`("lab",)`)."""

    def __init__(
        self, *, entries: Sequence[Entry], words: tuple[str, ...] = (), epilog_lines: str = "", **attrs: Any
    ) -> None:
        super().__init__(params=global_options(), **attrs)
        self._entries = {entry.name: entry for entry in entries}
        self._words = words
        self._epilog_lines = epilog_lines

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the table."""
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now; a sub-group without importing its commands."""
        entry = self._entries.get(cmd_name)
        if entry is None:
            return None
        words = (*self._words, cmd_name)
        if entry.children:
            return LazyGroup(name=cmd_name, entries=entry.children, words=words, help=entry.summary)
        return load(words, entry)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Commands before options: they are what is looked for."""
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.summary) for entry in self._entries.values()])
        click.Command.format_options(self, ctx, formatter)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lines that keep their own breaks."""
        if self._epilog_lines:
            formatter.write_paragraph()
            formatter.write(self._epilog_lines)


def load(words: tuple[str, ...], entry: Entry) -> Command:
    """The command of these words, from its module."""
    # `import` is no name for a module.
    names = (f"{word}_" if iskeyword(word) else word.replace("-", "_") for word in words)
    module = import_module(".".join((PACKAGE, *names)))
    found = module.run
    assert isinstance(found, Command)
    found.name = entry.name
    found.help = f"{entry.summary}\n\n{found.about}".rstrip()
    return found
