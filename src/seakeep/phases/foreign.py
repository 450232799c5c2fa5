"""What others added to objects of Seakeep's where nothing may be added, and how to name it to the API.

Server-side apply leaves in place what another manager wrote: an element in a list of ours that has keys (a container, a
port), a field beside ours. Such elements have to be taken away by themselves.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeGuard

from seakeep.artifacts.base import KubeObject
from seakeep.core.json import Json, JsonObject

_MATCHES: JsonObject = {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}, "scope": "*"}

_WHOLLY: Mapping[str, JsonObject] = {
    "NetworkPolicy": {"protocol": "TCP"},
    "ValidatingAdmissionPolicy": _MATCHES,
    "ValidatingAdmissionPolicyBinding": _MATCHES,
}
"""Kinds in whose spec one more field opens what the others close (another rule of a policy that denies, a condition of
one that refuses), and the fields that the API adds there by itself, with their values."""


def foreign(wanted: KubeObject, found: JsonObject) -> tuple[str, ...]:
    """JSON pointers (RFC 6901) of what is to be taken away, in an order in which one removal moves none of the next:
    elements of lists that hold more than was asked for, what is in a field that was asked to be empty, and other fields
    of a spec that is wholly ours."""
    by_itself = _WHOLLY.get(wanted.kind)
    if by_itself is None:
        return tuple(_foreign(wanted.body, found, "", None))
    return tuple(_foreign(wanted.body.get("spec"), found.get("spec"), "/spec", by_itself))


def _foreign(wanted: Json, found: Json, at: str, by_itself: JsonObject | None) -> Iterator[str]:
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        closed = by_itself is not None or (not wanted and at != "")
        for key, value in sorted(found.items()):
            place = f"{at}/{key.replace('~', '~0').replace('/', '~1')}"
            if key in wanted:
                yield from _foreign(wanted[key], value, place, by_itself)
            elif closed and not (by_itself and key in by_itself and by_itself[key] == value):
                yield place
    elif _is_list(wanted) and _is_list(found):
        ours = _paired(wanted, found)
        for position in reversed(range(len(found))):
            place = f"{at}/{position}"
            if position in ours:
                yield from _foreign(ours[position], found[position], place, by_itself)
            else:
                yield place


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _paired(wanted: Sequence[Json], found: Sequence[Json]) -> dict[int, Json]:
    """Position in `found` -> the element that was asked for. What names an element is what is plain in it."""
    pairs: dict[int, Json] = {}
    for each in wanted:
        fits = (i for i, other in enumerate(found) if i not in pairs and _named_alike(each, other))
        if (position := next(fits, None)) is not None:
            pairs[position] = each
    return pairs


def _named_alike(wanted: Json, found: Json) -> bool:
    if not isinstance(wanted, Mapping):
        return wanted == found
    return isinstance(found, Mapping) and all(
        found.get(key) == value
        for key, value in wanted.items()
        if not isinstance(value, Mapping) and not _is_list(value)
    )
