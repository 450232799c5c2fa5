"""Commands that are told (next steps, hints), so that they can be pasted.

What is below the command line speaks of `seakeep resume`. Here that becomes the command of this computer and this
call: the program as it was started, with the global options that were given and decide what a command works on.
"""

import os
import re
import shlex
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from seakeep.cli.settings import Settings
from seakeep.cli.table import COMMANDS, Entry

if TYPE_CHECKING:
    from seakeep.report.document import Cell, Document
    from seakeep.report.model import Report

R = TypeVar("R", bound="Report")

_COMMAND = re.compile(r"(?<![\w/.@-])seakeep((?: [a-z][a-z-]*)+)")
_OPTIONS = {
    "file": ("-f", "--file"),
    "state": ("--state",),
    "cache": ("--cache",),
    "binaries": ("--binaries",),
    "mirror": ("--mirror",),
    "offline": ("--offline",),
}
"""What is repeated, with the words by which a command may say it itself."""
_ABOUT_NO_CLUSTER = frozenset(
    {"new", "check", "checks", "convert", "explain", "phases", "version", "completion", "spec schema", "storm list"}
    | {"storm explain"}
)
"""Commands that read no cluster's file, by their first words. `check` would judge it beside its PATH; with --live it
needs it."""


def pasteable(text: str, settings: Settings) -> str:
    """The text with each command as it works here."""
    return _put(text, settings, own_name()) if "seakeep " in text else text


def drawable(document: "Document", settings: Settings) -> "Document":
    """The same of all text of a document."""
    from seakeep.report.document import Line  # --help does without

    program = own_name()

    def put(cells: "tuple[Cell, ...]") -> "tuple[Cell, ...]":
        if not any("seakeep " in cell.text for cell in cells):
            return cells
        return tuple(replace(cell, text=_put(cell.text, settings, program)) for cell in cells)

    return tuple(
        replace(block, cells=put(block.cells))
        if isinstance(block, Line)
        else replace(block, rows=tuple(put(row) for row in block.rows))
        for block in document
    )


def with_steps(report: R, settings: Settings) -> R:
    """The report, its next steps as they work here, whatever form it is shown in."""
    steps = getattr(report, "next_steps", ())
    if not steps:
        return report
    import msgspec

    return msgspec.structs.replace(report, next_steps=tuple(pasteable(each, settings) for each in steps))


def own_name() -> str:
    """How this program was called: `seakeep`, or a path such as .venv/bin/seakeep where it is not the one of PATH."""
    called = Path(sys.argv[0])
    if called.name != "seakeep" or shutil.which("seakeep") == str(called):
        return "seakeep"
    return os.path.relpath(called) if called.is_relative_to(Path.cwd()) else str(called)


def _put(text: str, settings: Settings, program: str) -> str:
    return _COMMAND.sub(lambda match: _repeated(match, settings, program), text)


def _repeated(match: re.Match[str], settings: Settings, program: str) -> str:
    words = match[1].split()
    path = _path(words)
    if not path:
        return match[0]
    # What follows up to the end of the command; after `--` it is another program's.
    rest = re.split(r"[`'\n;]| -- ", match.string[match.end() :], maxsplit=1)[0].split()
    about_none = {path[0], " ".join(path[:2])} & _ABOUT_NO_CLUSTER
    options = _given(settings, {*words, *rest}) if not about_none or "--live" in rest else []
    return " ".join([shlex.quote(program), *path, *options, *words[len(path) :]])


def _path(words: list[str]) -> list[str]:
    """The words of a command among these, which may go on with others; [] where they are not about one."""
    entries: dict[str, Entry] = {entry.name: entry for entry in COMMANDS}
    for count, word in enumerate(words, start=1):
        entry = entries.get(word)
        if entry is None:
            return []
        if not entry.children:
            return words[:count]
        entries = {child.name: child for child in entry.children}
    return []


def _given(settings: Settings, said: set[str]) -> list[str]:
    words: list[str] = []
    for name, spellings in _OPTIONS.items():
        if name not in settings.given or said & set(spellings):
            continue
        value = getattr(settings, name)
        words += [spellings[0]] if value is True else [spellings[0], shlex.quote(str(value))]
    return words
