"""The faces of a report: a table for people, JSON and YAML for programs."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import TextIO

import msgspec

from seakeep.core.json import JsonObject
from seakeep.report.document import Cell, Document, Line, Tone
from seakeep.report.model import Report, builtins


class Output(StrEnum):
    """The forms a report can be printed in."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


class Color(StrEnum):
    """When colours are used. `auto`: on a terminal, unless NO_COLOR is set."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


_SYMBOL = {
    Tone.GOOD: ("✓ ", "+ "),
    Tone.BAD: ("✗ ", "X "),
    Tone.WARN: ("! ", "! "),
    Tone.UNKNOWN: ("? ", "? "),
    Tone.SKIPPED: ("– ", "- "),
}
_STYLE = {
    Tone.GOOD: "green",
    Tone.BAD: "bold red",
    Tone.WARN: "yellow",
    Tone.UNKNOWN: "magenta",
    Tone.SKIPPED: "dim",
    Tone.TITLE: "bold",
    Tone.FAINT: "dim",
    Tone.ADD: "green",
    Tone.CHANGE: "yellow",
    Tone.REMOVE: "red",
}
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

PIPE_WIDTH = 400
"""Columns when the output is no terminal: wide enough that cells rarely wrap, since nobody sees the edge."""

BATCH = 1_000
"""Items of a list that are encoded at once: a report of many findings is never in memory as text."""


def render(report: Report, output: Output, stream: TextIO, *, color: Color = Color.AUTO) -> None:
    """Write the report to the stream."""
    if output is Output.TABLE:
        draw(report.document(), stream, color=color)
    else:
        stream.writelines(encoded(report, output))
    stream.flush()


def encode(report: Report, output: Output) -> str:
    """The report as JSON or YAML text."""
    return "".join(encoded(report, output))


def encoded(report: Report, output: Output) -> Iterator[str]:
    """The report as JSON or YAML text, piece by piece."""
    if output is Output.YAML:
        yield encode_values(builtins(report), output)
        return
    config = report.__struct_config__
    yield f'{{\n  "apiVersion": {_json(report.api_version)},\n  "kind": {_json(config.tag)}'
    for field in msgspec.structs.fields(report):
        if field.name == "api_version":
            continue
        yield f',\n  "{field.encode_name}": '
        value = getattr(report, field.name)
        if not isinstance(value, tuple):
            yield _json(value)
            continue
        for start in range(0, len(value), BATCH):
            items = _json(value[start : start + BATCH])
            yield ("[" if start == 0 else ",") + items[1:].removesuffix("\n  ]")
        yield "\n  ]" if value else "[]"
    yield "\n}\n"


def _json(value: object) -> str:
    """A value as JSON that stands two columns deep. No text in JSON has an end of line in it."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode().replace("\n", "\n  ")


def encode_values(values: JsonObject, output: Output) -> str:
    """Plain values as JSON or YAML text, in their order."""
    if output is Output.YAML:
        import yaml  # noqa: PLC0415 - seldom asked for

        dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
        return yaml.dump(values, Dumper=dumper, sort_keys=False, allow_unicode=True, width=110)
    return msgspec.json.format(msgspec.json.encode(values), indent=2).decode() + "\n"


def inert(text: str) -> str:
    """The text with control characters, terminal escapes and direction marks made visible.

    Names and messages come from machines; a terminal must not obey them.
    """
    return _CONTROL.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def draw(document: Document, stream: TextIO, *, color: Color = Color.AUTO) -> None:
    """Draw the document on the stream with rich."""
    from rich import box  # noqa: PLC0415 - JSON does without, and would wait for it
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table as RichTable  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    terminal = stream.isatty()
    console = Console(
        file=stream,
        width=None if terminal else PIPE_WIDTH,
        force_terminal=True if color is Color.ALWAYS else None,
        color_system=None if color is Color.NEVER else "auto",
        no_color=False if color is Color.ALWAYS else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    unicode = not console.options.ascii_only

    def text(cell: Cell) -> Text:
        symbol = _SYMBOL.get(cell.tone, ("", ""))[0 if unicode else 1]
        return Text(symbol + inert(cell.text), style=_STYLE.get(cell.tone, ""))

    for block in document:
        if isinstance(block, Line):
            row = Text("  ").join(text(cell) for cell in block.cells)
            console.print(Text(" " * block.indent) + row if block.indent else row, soft_wrap=True)
            continue
        if not block.rows:
            continue
        if block.title:
            console.print(text(Cell(block.title, Tone.TITLE)))
        table = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="dim")
        for column in block.columns:
            table.add_column(column.upper(), justify="right" if column in block.right else "left", overflow="fold")
        for cells in block.rows:
            table.add_row(*(text(cell) for cell in cells))
        console.print(table)
