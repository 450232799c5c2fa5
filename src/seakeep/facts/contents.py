"""What lies in the folders that are wholly Seakeep's: names and kinds, one level deep."""

import shlex

from seakeep.facts.base import Ask, Fact


def script(ask: Ask) -> str:
    """One find for all folders. Names end with a NUL: they may hold anything else."""
    if not ask.exclusive:
        return "true"
    folders = " ".join(shlex.quote(folder) for folder in sorted(ask.exclusive))
    return f"find {folders} -xdev -mindepth 1 -maxdepth 1 -printf '%y %p\\0' || true"


def parse(output: bytes) -> dict[str, str]:
    """path -> find's letter for its kind (f, d, l...). ValueError on entries of another shape."""
    found: dict[str, str] = {}
    for entry in output.decode("utf-8", "surrogateescape").split("\0"):
        if not entry.strip():
            continue
        kind, _, path = entry.partition(" ")
        if len(kind) != 1 or not path.startswith("/"):
            raise ValueError(f"not an entry of a folder: {entry[:80]!r}")
        found[path] = kind
    return found


FACT: Fact[dict[str, str]] = Fact(id="contents", script=script, parse=parse)
