"""Programs under /opt/seakeep, and folders that lead to one, that others could write or root could not run."""

from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact
from seakeep.facts.programs import ROOT


@dataclass(frozen=True, slots=True)
class Loose:
    """`uid` is a number: the account may be gone."""

    mode: int
    uid: int


_SCRIPT = f"""\
[ -d {ROOT} ] || exit 0
find {ROOT} -xdev -maxdepth 3 \\( -type d \\( ! -uid 0 -o -perm /022 -o ! -perm -0755 \\) \\
  -o -type f ! -name '.*' \\( ! -uid 0 -o -perm /7022 -o ! -perm -0755 \\) \\) -printf '%m %U %p\\0'
"""
"""The group is left out: it may write nothing, and a folder above may hand its own down."""


def script(ask: Ask) -> str:
    """One find. Prints nothing where all is as it was placed."""
    del ask
    return _SCRIPT


def parse(output: bytes) -> dict[str, Loose]:
    """path -> what is wrong there. ValueError on entries of another shape."""
    found: dict[str, Loose] = {}
    for entry in output.decode("utf-8", "surrogateescape").split("\0"):
        if not entry.strip():
            continue
        mode, _, rest = entry.partition(" ")
        uid, _, path = rest.partition(" ")
        if not path.startswith("/"):
            raise ValueError(f"not an entry of a folder: {entry[:80]!r}")
        found[path] = Loose(int(mode, 8), int(uid))
    return found


FACT: Fact[dict[str, Loose]] = Fact(id="program_modes", script=script, parse=parse)
