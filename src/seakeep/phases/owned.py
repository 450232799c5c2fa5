"""Which fields and objects of the API are Seakeep's: the API server's own record of who applied what.

Server-side apply keeps, in `metadata.managedFields`, the fields that each manager asked for last. What stands there
under Seakeep's name and is asked for no longer was once ours; everything else is somebody else's. A copy that a person
makes of an object, labels included, has that person's manager, and so it is never taken for one of ours.
"""

import json
from collections.abc import Mapping, Sequence

from seakeep.core.json import Json, JsonObject
from seakeep.transport.api import FIELD_MANAGER


def applied(found: JsonObject) -> JsonObject | None:
    """The fields that Seakeep applied (in the API's fieldsV1 form), or None where it applied none."""
    for entry in _list(_map(found.get("metadata")).get("managedFields")):
        record = _map(entry)
        if (record.get("manager"), record.get("operation")) == (FIELD_MANAGER, "Apply") and not record.get(
            "subresource"
        ):
            return _map(record.get("fieldsV1"))
    return None


def no_longer_wanted(fields: Json, wanted: Json, path: str = "") -> str:
    """The first field, in the order of names, that was applied and is not in `wanted` any more; '' where there is none.

    In fieldsV1 `f:x` is a field, `k:{...}` the element of a list with these keys, `v:...` a plain value of a list.
    """
    for key, inner in sorted(_map(fields).items()):
        kind, _, name = key.partition(":")
        if kind == "f":
            where = f"{path}.{name}" if path else name
            if name not in _map(wanted):
                return where
            reason = no_longer_wanted(inner, _map(wanted)[name], where)
        elif kind == "k":
            keys = _map(_decoded(name))
            where = f"{path}[{','.join(f'{k}={v}' for k, v in sorted(keys.items()))}]"
            element = next((each for each in _list(wanted) if _fits(_map(each), keys)), None)
            if element is None:
                return where
            reason = no_longer_wanted(inner, element, where)
        elif kind == "v" and _decoded(name) not in _list(wanted):
            return f"{path}[{name}]"
        else:
            continue
        if reason:
            return reason
    return ""


def _fits(element: JsonObject, keys: JsonObject) -> bool:
    """A key that the element does not name has the API's default, whatever that is."""
    return bool(element) and all(element.get(key, value) == value for key, value in keys.items())


def _decoded(text: str) -> Json:
    try:
        value: Json = json.loads(text)
    except ValueError:
        return None
    return value


def _map(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def _list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()
