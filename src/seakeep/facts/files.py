"""Content digest, owner and mode of the files, folders and links that a design names or the inventory lists."""

import shlex
from dataclasses import dataclass, replace

from seakeep.facts.base import Ask, Fact
from seakeep.facts.inventory import LISTED_PATHS


@dataclass(frozen=True, slots=True, kw_only=True)
class FileState:
    """`kind` is file, directory, link or other. `sha256` is '' unless it is a file; `target` '' unless a link."""

    kind: str
    mode: int
    owner: str
    group: str
    sha256: str = ""
    target: str = ""


def script(ask: Ask) -> str:
    """Two processes whatever the number of paths: find for all, which starts sha256sum for all."""
    if not ask.paths:
        return "true"
    names = " ".join(shlex.quote(path) for path in sorted(ask.paths))
    return (
        f"set -- {names}\n"
        f'set -- "$@" $({LISTED_PATHS})\n'
        # GNU find sends what it has printed before it starts a program.
        "find \"$@\" -maxdepth 0 -printf 'S|%y|%m|%u|%g|%p\\0%l\\n' -type f -exec sha256sum -- {} + || true\n"
    )


_KINDS = {"f": "file", "d": "directory", "l": "link"}


def parse(output: bytes) -> dict[str, FileState]:
    """path -> state, for those that exist. ValueError on lines of another shape."""
    found: dict[str, FileState] = {}
    digests: dict[str, str] = {}
    for line in output.decode("utf-8", "surrogateescape").split("\n"):
        if line.startswith("S|"):
            fields = line.split("|", 5)
            if len(fields) != 6 or not fields[2] or "\0" not in fields[5]:
                raise ValueError(f"not a line of find: {line[:80]!r}")
            _, kind, mode, owner, group, rest = fields
            path, _, target = rest.partition("\0")
            found[path] = FileState(
                kind=_KINDS.get(kind, "other"), mode=int(mode, 8), owner=owner, group=group, target=target
            )
        elif line:
            sha256, _, path = line.partition("  ")
            if len(sha256) != 64:
                raise ValueError(f"not a digest line: {line[:80]!r}")
            digests[path] = sha256
    return {path: replace(state, sha256=digests[path]) if path in digests else state for path, state in found.items()}


FACT: Fact[dict[str, FileState]] = Fact(id="files", script=script, parse=parse)
