"""Recorded output of every fact, and what it means: `cases/<fact>/<case>.out` and, reviewed by a person, `.json`.

SEAKEEP_UPDATE_GOLDEN=1 writes the meanings again; the test fails all the same, so that the difference is read.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, is_dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from seakeep.facts.base import Fact
from seakeep.facts.registry import FACTS

FOLDER = Path(__file__).parent / "cases"
BY_ID: dict[str, Fact[Any]] = {fact.id: fact for fact in FACTS}
CASES = tuple(sorted(path.relative_to(FOLDER) for path in FOLDER.glob("*/*.out")))


def meaning(fact: Fact[Any], output: bytes) -> str:
    """The parsed value as JSON text, or why it is not understood."""
    try:
        found = plain(fact.parse(output))
    except ValueError as error:
        found = {"ValueError": str(error)}
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def plain(value: Any) -> Any:
    """In JSON's own types. Keys that are tuples are joined by spaces."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {key if isinstance(key, str) else " ".join(key): plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple | list):
        return [plain(each) for each in value]
    if isinstance(value, IPv4Address | IPv4Network):
        return str(value)
    return value.decode() if isinstance(value, bytes) else value


def hosts_words() -> Iterator[bytes]:
    """Pieces of real output: what random bytes alone would never look like."""
    for case in CASES:
        yield from (FOLDER / case).read_bytes().splitlines(keepends=True)[:6]
