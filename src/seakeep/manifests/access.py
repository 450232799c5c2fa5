"""Looking into values whose shape belongs to somebody else, without ever raising.

A manifest may have a text where a mapping belongs. These say "nothing there" instead; that the type is wrong is for the
schema checks to say, once.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from seakeep.core.json import Json, JsonObject

Path: TypeAlias = tuple[str | int, ...]
"""Where a field is, from the top of its object: `("spec", "containers", 0, "image")`."""

MAX_DEPTH = 100
"""Levels of fields within fields that are read."""

EMPTY: JsonObject = {}
_NONE: Sequence[Json] = ()


def dig(value: Json, *path: str | int) -> Json:
    """What lies at the path; None where any step is not there."""
    for step in path:
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return None
    return value


def mapping(value: Json, *path: str | int) -> JsonObject:
    """The mapping at the path; an empty one where there is none."""
    found = dig(value, *path) if path else value
    return found if isinstance(found, dict) else EMPTY


def listing(value: Json, *path: str | int) -> Sequence[Json]:
    """The list at the path; an empty one where there is none."""
    found = dig(value, *path) if path else value
    return found if isinstance(found, list) else _NONE


def mappings(value: Json, *path: str | int) -> list[tuple[int, JsonObject]]:
    """The items of the list at the path that are mappings, with their positions."""
    return [(number, item) for number, item in enumerate(listing(value, *path)) if isinstance(item, dict)]


def text(value: Json, *path: str | int) -> str:
    """The text at the path; an empty one where there is none."""
    found = dig(value, *path) if path else value
    return found if isinstance(found, str) else ""


def texts(value: Json, *path: str | int) -> list[str]:
    """The items of the list at the path that are texts."""
    return [item for item in listing(value, *path) if isinstance(item, str)]


def number(value: Json, *path: str | int) -> int | None:
    """The whole number at the path. A boolean is none."""
    found = dig(value, *path) if path else value
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def labels(value: Json, *path: str | int) -> Mapping[str, str]:
    """The mapping of texts at the path. Values of another type, which the API refuses, are left out."""
    found = mapping(value, *path)
    for each in found.values():
        if not isinstance(each, str):
            return {key: item for key, item in found.items() if isinstance(item, str)}
    return found  # type: ignore[return-value]  # every value was just looked at


def dotted(path: Path) -> str:
    """The path as people write it: `spec.containers[0].image`, `metadata.labels["a.b/c"]`."""
    made = ""
    for step in path:
        if isinstance(step, int):
            made += f"[{step}]"
        elif "." in step or "/" in step or not step:
            made += f'["{step}"]'
        else:
            made += f".{step}" if made else step
    return made
