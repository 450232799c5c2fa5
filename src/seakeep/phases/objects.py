"""Wanted against found, for objects of the API."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from seakeep.artifacts.base import KubeObject
from seakeep.core.change import CLUSTER, Change, Risk
from seakeep.core.json import Json, JsonObject
from seakeep.engine.model import ApplyObject, Step
from seakeep.phases.base import ObjectKey, PlanContext
from seakeep.phases.foreign import foreign
from seakeep.phases.owned import applied, no_longer_wanted


def key_of(wanted: KubeObject) -> ObjectKey:
    """The object's identity."""
    return wanted.api_version, wanted.kind, wanted.namespace or "", wanted.name


def steps(context: PlanContext, phase: str, wanted: Iterable[KubeObject], *, identity: str) -> Iterator[Step]:
    """A step for each object that is absent or differs in a field that Seakeep owns."""
    for each in wanted:
        why = object_difference(each, context.objects)
        if context.objects is None and context.known is not None and context.known.whole:
            why = "the API could not be read: it is applied, whether it differs or not"
        if not why:
            continue
        place = f"{each.namespace}/" if each.namespace else ""
        change = Change(
            id=f"{CLUSTER}/{phase}/{each.kind}:{place}{each.name}",
            host=CLUSTER,
            phase=phase,
            what=f"apply {each.kind} {place}{each.name}",
            why=why,
            risk=Risk.NONE,
        )
        yield Step(change=change, action=ApplyObject(each, identity))


def object_difference(wanted: KubeObject, objects: Mapping[ObjectKey, JsonObject] | None) -> str:
    """Why the object must be applied, or ''."""
    if objects is None:
        return "the cluster has no API yet"
    found = objects.get(key_of(wanted))
    if found is None:
        return "does not exist"
    if reason := first_difference(wanted.body, found):
        return reason
    if added := foreign(wanted, found):
        place = added[0].removeprefix("/").replace("/", ".")
        return f"{place} was added by somebody else, and what is there is wholly Seakeep's"
    fields = applied(found)
    surplus = no_longer_wanted(fields, wanted.body) if fields is not None else ""
    return f"{surplus} was put there by Seakeep and is no longer asked for" if surplus else ""


_ABSENT_IS_TRUE = frozenset({"automountServiceAccountToken"})
"""Switches that are on where they are not given: there, False is not absence."""


def first_difference(wanted: Json, found: Json, path: str = "") -> str:
    """The first field, depth first, where `found` lacks or contradicts `wanted`; fields that only `found` has
    belong to others. Lists must agree in length: an element that somebody added to ours is drift. So must what is
    asked to be empty: a selector without a field selects everything."""
    if isinstance(wanted, Mapping):
        if not isinstance(found, Mapping):
            return f"{path or 'object'} is {_short(found)}, wanted fields"
        if not wanted and found and path:
            return f"{path} is {_short(found)}, wanted empty"
        for key, value in sorted(wanted.items()):
            where = f"{path}.{key}" if path else key
            if key not in found:
                # The API drops empty values; asking for one is asking for absence.
                empty = value in (None, "", 0, False) or (isinstance(value, Sequence | Mapping) and not value)
                if empty and key not in _ABSENT_IS_TRUE:
                    continue
                return f"{where} is absent, wanted {_short(value)}"
            if reason := first_difference(value, found[key], where):
                return reason
        return ""
    if isinstance(wanted, Sequence) and not isinstance(wanted, str):
        return _list_difference(wanted, found, path)
    return "" if wanted == found else f"{path} is {_short(found)}, wanted {_short(wanted)}"


def _list_difference(wanted: Sequence[Json], found: Json, path: str) -> str:
    if not isinstance(found, Sequence) or isinstance(found, str):
        return f"{path} is {_short(found)}, wanted a list"
    if len(wanted) != len(found):
        return f"{path} has {len(found)} entries, wanted {len(wanted)}"
    for position, (ours, theirs) in enumerate(zip(wanted, found, strict=True)):
        if reason := first_difference(ours, theirs, f"{path}[{position}]"):
            return reason
    return ""


def _short(value: Json) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
