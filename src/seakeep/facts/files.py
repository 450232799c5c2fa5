"""Content digest, owner and mode of the files, folders and links that a design names or the inventory lists."""

import shlex
from dataclasses import dataclass

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
    """Two processes whatever the number of paths: stat for all, sha256sum for all."""
    if not ask.paths:
        return "true"
    names = " ".join(shlex.quote(path) for path in sorted(ask.paths))
    return (
        f"set -- {names}\n"
        f'set -- "$@" $({LISTED_PATHS})\n'
        "stat -c 'S|%F|%a|%U|%G|%N' -- \"$@\" || true\n"
        'for p do if [ -L "$p" ] || [ ! -f "$p" ]; then :; else printf \'%s\\0\' "$p"; fi; done'
        " | xargs -0 -r sha256sum -- || true\n"
    )


_KINDS = {
    "regular file": "file",
    "regular empty file": "file",
    "directory": "directory",
    "symbolic link": "link",
}


def _unquote(text: str) -> str:
    """What the shell would make of a name as stat quotes it. ValueError where a quote stays open."""
    if text[:1] == text[-1:] == "'" and text.count("'") == 2:
        return text[1:-1]  # as nearly every name is: in single quotes everything stands for itself
    return "".join(shlex.split(text)) if text[:1] in {"'", '"'} else text


def parse(output: bytes) -> dict[str, FileState]:
    """path -> state, for those that exist. ValueError on lines of another shape."""
    found: dict[str, list[str]] = {}
    digests: dict[str, str] = {}
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        if line.startswith("S|"):
            fields = line.split("|", 5)
            if len(fields) != 6 or not fields[2]:
                raise ValueError(f"not a stat line: {line[:80]!r}")
            found[_unquote(fields[5].partition(" -> ")[0])] = fields
        elif line:
            sha256, _, path = line.partition("  ")
            if len(sha256) != 64:
                raise ValueError(f"not a digest line: {line[:80]!r}")
            digests[path] = sha256
    return {
        path: FileState(
            kind=_KINDS.get(kind, "other"),
            mode=int(mode, 8),
            owner=owner,
            group=group,
            sha256=digests.get(path, ""),
            target=_unquote(quoted.partition(" -> ")[2]),
        )
        for path, (_, kind, mode, owner, group, quoted) in found.items()
    }


FACT: Fact[dict[str, FileState]] = Fact(id="files", script=script, parse=parse)
