"""What Seakeep has put on this machine: its own list, kept on the machine itself.

One line each, `<kind> <detail> <path>`. It is what makes removal exact: something is taken away only when it stands
here, is asked for no longer, and still is what the detail says.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact

PATH = "/var/lib/seakeep/inventory"

KINDS = ("dir", "file", "link", "unit", "component")


@dataclass(frozen=True, slots=True)
class Entry:
    """`detail` is a file's sha256 and a link's target; '-' for a file with a secret in it (it is nobody else's), and
    where there is nothing to tell. `path` is the name of a unit or a component for those."""

    kind: str
    detail: str
    path: str


def _listed(program: str) -> str:
    return f"[ ! -f {PATH} ] || awk '{program}' {PATH}"


LISTED_PATHS = _listed(r'$1!="unit" && $1!="component" && $3 ~ /^\/[A-Za-z0-9\/._@:+-]+$/ {print $3}')
LISTED_UNITS = _listed('$1=="unit" && $3 ~ /^[A-Za-z0-9:_.@-]+$/ {print $3}')
"""Commands that print what of it another fact has to look at: names that need no quoting only."""


def script(ask: Ask) -> str:
    """Prints nothing where Seakeep has put nothing yet."""
    del ask
    return f"[ ! -f {PATH} ] || cat {PATH}"


def parse(output: bytes) -> tuple[Entry, ...]:
    """The entries in their order. ValueError on lines of another shape: what is not understood is not removed."""
    entries = []
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        kind, _, rest = line.partition(" ")
        detail, _, path = rest.partition(" ")
        if kind not in KINDS or not detail or not path:
            raise ValueError(f"not an inventory line: {line[:80]!r}")
        entries.append(Entry(kind, detail, path))
    return tuple(entries)


def text(entries: Iterable[Entry]) -> str:
    """The file's content."""
    return "".join(f"{each.kind} {each.detail} {each.path}\n" for each in entries)


FACT: Fact[tuple[Entry, ...]] = Fact(id="inventory", script=script, parse=parse)
