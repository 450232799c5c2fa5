"""What stands in the configuration files of a machine, without the secrets in them."""

import base64
import binascii
import shlex
from collections.abc import Mapping

from seakeep.facts.base import Ask, Fact

MOST = 1 << 20
"""Bytes of one file; of a larger one the beginning."""

_CLOSED = (
    r"s/^\([[:space:]-]*\(secret\|auth_pass\|password\|token\)[[:space:]]*[:=[:space:]][[:space:]]*\).*/\1redacted/"
)
"""A value that is a key never leaves the machine."""


def script(ask: Ask) -> str:
    """One line a file: its path, and its content in base64. Files that are not there are left out."""
    if not ask.configs:
        return "true"
    names = " ".join(shlex.quote(path) for path in sorted(ask.configs))
    return (
        f'for f in {names}; do [ -f "$f" ] || continue\n'
        f'  printf \'%s \' "$f"; head -c {MOST} -- "$f" | sed {shlex.quote(_CLOSED)} | base64 -w 0; echo\n'
        "done\ntrue\n"
    )


def parse(output: bytes) -> Mapping[str, str]:
    """path -> content. ValueError on lines of another shape."""
    found: dict[str, str] = {}
    for line in output.splitlines():
        if not line:
            continue
        path, _, content = line.partition(b" ")
        try:
            found[path.decode()] = base64.b64decode(content, validate=True).decode("utf-8", "replace")
        except (UnicodeDecodeError, binascii.Error):
            raise ValueError(f"not a file: {line[:80]!r}") from None
    return found


FACT: Fact[Mapping[str, str]] = Fact(id="configs", script=script, parse=parse)
