"""YAML for configuration files: block style, keys in the order given, the same bytes on every run.

Written by hand because a general dumper is slow where a hundred files are rendered for one plan, and its
output depends on whether its C half is installed. `None` and empty strings are written out, never left blank.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from seakeep.core.json import Json, JsonObject

_PLAIN = re.compile(r"[A-Za-z/_][A-Za-z0-9/_.@:%+()*-]*")
_UNUSUAL = re.compile(r"[^ -~]")
_RESERVED = frozenset({"y", "n", "yes", "no", "true", "false", "on", "off", "null", "nan", "inf"})
"""Words that some YAML 1.1 reader takes for another type, in any case."""


def dump(*documents: JsonObject) -> str:
    """The documents as text, separated by `---`, with a newline at the end."""
    return "---\n".join("\n".join(_block(document, "")) + "\n" for document in documents)


def _scalar(value: Json) -> str:
    return _string(value) if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=8192)
def _string(value: str) -> str:
    """Kept: the files of a thousand machines say nearly the same. Secrets are references here, never text."""
    plain = _PLAIN.fullmatch(value) and value.lower() not in _RESERVED and not value.endswith(":")
    return value if plain else _UNUSUAL.sub(_escape, json.dumps(value, ensure_ascii=False))


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    # Unlike JSON, YAML has no pairs of surrogates.
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _block(value: Json, indent: str) -> Iterator[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", item, indent + "  ")
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for item in value:
            yield from _item(item, indent)


def _entry(head: str, item: Json, inner: str) -> Iterator[str]:
    if isinstance(item, Mapping | Sequence) and not isinstance(item, str):
        if not item:
            yield f"{head} {'{}' if isinstance(item, Mapping) else '[]'}"
            return
        yield head
        yield from _block(item, inner)
        return
    yield f"{head} {_scalar(item)}"


def _item(item: Json, indent: str) -> Iterator[str]:
    if isinstance(item, Mapping | Sequence) and not isinstance(item, str) and item:
        lines = list(_block(item, indent + "  "))
        yield f"{indent}- {lines[0][len(indent) + 2 :]}"
        yield from lines[1:]
        return
    if isinstance(item, Mapping | Sequence) and not isinstance(item, str):
        yield f"{indent}- {'{}' if isinstance(item, Mapping) else '[]'}"
        return
    yield f"{indent}- {_scalar(item)}"
