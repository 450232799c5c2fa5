"""A report laid out for reading, without saying how it is drawn: lines and tables of toned cells.

A tone is a meaning. Faces show it as a symbol and a colour, never as a colour alone.
"""

from dataclasses import dataclass
from enum import Enum, auto

from seakeep.core.verdict import Verdict


class Tone(Enum):
    """What a piece of text means to the reader."""

    PLAIN = auto()
    GOOD = auto()
    BAD = auto()
    WARN = auto()
    UNKNOWN = auto()
    SKIPPED = auto()
    TITLE = auto()
    FAINT = auto()
    ADD = auto()
    CHANGE = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of text and what it means. Text is data: markup and control characters in it are inert."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Line:
    """One line of cells, set apart by two spaces."""

    cells: tuple[Cell, ...]
    indent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under column heads. `right` names the columns that hold numbers. No rows: nothing is shown."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    title: str = ""
    right: frozenset[str] = frozenset()


Block = Line | Table
Document = tuple[Block, ...]

BLANK = Line(())


def line(text: str, tone: Tone = Tone.PLAIN, *, indent: int = 0) -> Line:
    """A line of one cell."""
    return Line((Cell(text, tone),), indent)


def steps(title: str, commands: tuple[str, ...]) -> Document:
    """A titled list of things to run or do; nothing where the list is empty."""
    if not commands:
        return ()
    return (BLANK, line(title, Tone.TITLE), *(line(command, indent=2) for command in commands))


_VERDICT_TONE = {
    Verdict.PASS: Tone.GOOD,
    Verdict.FAIL: Tone.BAD,
    Verdict.UNKNOWN: Tone.UNKNOWN,
    Verdict.NOT_APPLICABLE: Tone.SKIPPED,
    Verdict.WAIVED: Tone.SKIPPED,
}


def verdict_cell(verdict: Verdict) -> Cell:
    """The verdict in its own word."""
    return Cell(verdict.value, _VERDICT_TONE[verdict])


def truth(value: bool | None, *, yes: str = "yes", no: str = "no", unknown: str = "unknown") -> Cell:
    """A good yes, a bad no, or an unknown."""
    if value is None:
        return Cell(unknown, Tone.UNKNOWN)
    return Cell(yes, Tone.GOOD) if value else Cell(no, Tone.BAD)


def known(value: object) -> Cell:
    """The value as text, or an unknown."""
    return Cell("unknown", Tone.UNKNOWN) if value is None else Cell(str(value))


def seconds(value: float) -> str:
    """`0.4 s`, `12.3 s`, `2 min 05 s`."""
    if value < 60:
        return f"{value:.1f} s"
    whole = round(value)
    return f"{whole // 60} min {whole % 60:02d} s"


def span(value: int) -> str:
    """`364 d`, `23 h`, `4 min`, `50 s`: rounded down."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if abs(value) >= 2 * length:
            return f"{int(value / length)} {unit}"
    return f"{value} s"


def size(value: int | None) -> str:
    """Bytes in binary units: `20.5 MiB`. Unknown where there is no value."""
    if value is None:
        return "unknown"
    amount = float(value)
    for unit in ("B", "KiB", "MiB"):
        if amount < 1024:
            return f"{amount:.0f} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1024
    return f"{amount:.1f} GiB"
