"""Compares objects with the schema of their type, once for all checks that ask.

The API server decodes strictly by name and type: names are case-sensitive, a number is no text. A null counts as a
field that is not there.
"""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from seakeep.checks.base import Answer, bad, drop, put
from seakeep.core.json import Json
from seakeep.manifests.access import Path, dig, dotted, listing, mapping, text, texts
from seakeep.manifests.change import Edit
from seakeep.manifests.index import Index
from seakeep.manifests.model import Manifest
from seakeep.versions.schema import Code, Schema, Shape, nearest

QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(m|u|n|k|[KMGTPE]i?|[eE][+-]?\d+)?")
WORDS = {
    Code.STRING: "text", Code.INTEGER: "a whole number", Code.BOOLEAN: "true or false", Code.NUMBER: "a number",
    Code.QUANTITY: "a quantity such as 500m or 1Gi", Code.INT_OR_STRING: "a whole number or text", Code.LIST: "a list",
    Code.MAP: "a mapping", Code.STRUCT: "a mapping",
}  # fmt: skip


class What(StrEnum):
    """What is wrong with a field."""

    UNKNOWN = "unknown"
    TYPE = "type"
    MISSING = "missing"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Fault:
    """One field that is not as the schema has it."""

    what: What
    path: Path
    message: str
    fix: tuple[Edit, ...] = ()


class Validated:
    """The faults of each object of a run."""

    def __init__(self, index: Index) -> None:
        self.schema: Schema = nearest(index.policy.target)
        self._custom = _custom_shapes(index)
        self._found: dict[int, list[Fault] | None] = {}

    def shape(self, manifest: Manifest) -> Shape | None:
        """What the object should look like: built in, or from a CustomResourceDefinition among the objects."""
        built_in = self.schema.shape(manifest.api_version, manifest.kind)
        return built_in or self._custom.get((manifest.api_version, manifest.kind))

    def faults(self, manifest: Manifest) -> list[Fault] | None:
        """None where the type's schema is not known."""
        key = id(manifest)
        if key not in self._found:
            shape = self.shape(manifest)
            self._found[key] = compare(manifest.body, shape) if shape is not None else None
        return self._found[key]


def answer(manifest: Manifest, index: Index, what: What, moot: Answer) -> Answer:
    """The notes of one check: the faults of one sort; `moot` where there is no schema to compare with."""
    faults = index.once(Validated).faults(manifest)
    if faults is None:
        return moot
    if not faults:
        return None
    return [bad(each.message, each.path, fix=each.fix) for each in faults if each.what is what]


def compare(body: Mapping[str, Json], shape: Shape) -> list[Fault]:
    """The faults of one object. `status` is not the author's to get right, and is left out."""
    found: list[Fault] = []
    _struct({name: value for name, value in body.items() if name != "status"}, shape, (), found)
    return found


def _struct(value: Json, shape: Shape, path: Path, found: list[Fault]) -> None:
    assert isinstance(value, dict)
    fields = shape.fields
    for name, item in value.items():
        known = fields.get(name)
        if known is None:
            if not shape.open:
                found.append(_unknown(name, item, shape, path))
        elif item is not None and type(item) is not known.native:
            _value(item, known, (*path, name), found)
    found += [
        Fault(What.MISSING, path, f"{dotted((*path, name))} is required and not there")
        for name in shape.required
        if value.get(name) is None
    ]


def _value(value: Json, shape: Shape, path: Path, found: list[Fault]) -> None:
    """A value that is not None and not plainly right."""
    code = shape.code
    if code is Code.STRUCT:
        if isinstance(value, dict):
            return _struct(value, shape, path, found)
    elif code is Code.LIST:
        if isinstance(value, list):
            assert shape.item is not None
            native = shape.item.native
            for number, item in enumerate(value):
                if type(item) is not native:
                    _item(item, shape.item, (*path, number), found)
            return None
    elif code is Code.MAP:
        if isinstance(value, dict):
            assert shape.item is not None
            native = shape.item.native
            for name, item in value.items():
                if type(item) is not native and item is not None:
                    _value(item, shape.item, (*path, name), found)
            return None
    elif _scalar(value, shape, path, found):
        return None
    found.append(_wrong_type(value, code, path))
    return None


def _item(value: Json, shape: Shape, path: Path, found: list[Fault]) -> None:
    if value is None:
        if shape.code is not Code.ANY:
            found.append(Fault(What.TYPE, path, f"{dotted(path)} is empty"))
    else:
        _value(value, shape, path, found)


def _scalar(value: Json, shape: Shape, path: Path, found: list[Fault]) -> bool:
    """Whether the type is right; a wrong value is added to what was found."""
    code = shape.code
    if code is Code.ANY:
        return True
    if isinstance(value, bool):
        return code is Code.BOOLEAN
    match code:
        case Code.STRING:
            if not isinstance(value, str):
                return False
            if shape.values is not None and value not in shape.values:
                found.append(_wrong_value(value, shape.values, path))
            return True
        case Code.INTEGER:
            return isinstance(value, int)
        case Code.NUMBER:
            return isinstance(value, int | float)
        case Code.INT_OR_STRING:
            return isinstance(value, int | str)
        case Code.QUANTITY:
            if isinstance(value, str):
                if not QUANTITY.fullmatch(value):
                    found.append(Fault(What.VALUE, path, f"{dotted(path)} is {value!r} and not {WORDS[code]}"))
                return True
            return isinstance(value, int | float)
    return False


def _unknown(name: str, value: Json, shape: Shape, path: Path) -> Fault:
    plain = re.sub(r"[-_]", "", name).lower()
    meant = [each for each in shape.fields if each.lower() == plain]
    where = (*path, name)
    if len(meant) == 1:
        return Fault(
            What.UNKNOWN,
            where,
            f"there is no field {dotted(where)}; it is called {meant[0]}",
            fix=(put((*path, meant[0]), value), drop(where)),
        )
    close = difflib.get_close_matches(name, list(shape.fields), n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    return Fault(What.UNKNOWN, where, f"there is no field {dotted(where)}{hint}")


def _wrong_type(value: Json, code: Code, path: Path) -> Fault:
    message = f"{dotted(path)} must be {WORDS[code]} and is {_called(value)}"
    fix: tuple[Edit, ...] = ()
    if code is Code.STRING and isinstance(value, int) and not isinstance(value, bool):
        fix = (put(path, str(value)),)
    elif code is Code.INTEGER and isinstance(value, str) and re.fullmatch(r"-?(0|[1-9]\d{0,17})", value):
        fix = (put(path, int(value)),)
    elif code is Code.BOOLEAN and value in ("true", "false"):
        fix = (put(path, value == "true"),)
    return Fault(What.TYPE, path, message, fix)


def _wrong_value(value: str, values: frozenset[str], path: Path) -> Fault:
    meant = [each for each in values if each.lower() == value.lower()]
    fix = (put(path, meant[0]),) if len(meant) == 1 else ()
    return Fault(What.VALUE, path, f"{dotted(path)} is {value!r} and must be one of {', '.join(sorted(values))}", fix)


def _called(value: Json) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return "text"
    return f"the number {value}"


def _custom_shapes(index: Index) -> dict[tuple[str, str], Shape]:
    """What the CustomResourceDefinitions among the objects say, by apiVersion and kind."""
    found: dict[tuple[str, str], Shape] = {}
    for each in index.of("CustomResourceDefinition"):
        kind = text(each.spec, "names", "kind")
        for version in listing(each.spec, "versions"):
            schema = dig(version, "schema", "openAPIV3Schema")
            if kind and isinstance(schema, dict):
                shape = _from_open_api(schema, 0)
                if shape.code is Code.STRUCT:
                    for name in ("apiVersion", "kind"):
                        shape.fields.setdefault(name, Shape(Code.STRING))
                    shape.fields["metadata"] = Shape(Code.ANY)
                found[f"{text(each.spec, 'group')}/{text(version, 'name')}", kind] = shape
    return found


def _from_open_api(schema: Json, depth: int) -> Shape:
    """The part of a structural schema that says which fields there are and what type they have. What it does not say,
    or says in `anyOf` and the like, is anything."""
    if not isinstance(schema, dict) or depth > 60:
        return Shape(Code.ANY)
    if schema.get("x-kubernetes-int-or-string") is True:
        return Shape(Code.INT_OR_STRING)
    match schema.get("type"):
        case "object":
            return _object(schema, depth)
        case "array":
            return Shape(Code.LIST, item=_from_open_api(schema.get("items"), depth + 1))
        case "string":
            values = texts(schema, "enum")
            return Shape(Code.STRING, values=frozenset(values) if values else None)
        case "integer":
            return Shape(Code.INTEGER)
        case "number":
            return Shape(Code.NUMBER)
        case "boolean":
            return Shape(Code.BOOLEAN)
    return Shape(Code.ANY)


def _object(schema: Json, depth: int) -> Shape:
    properties = mapping(schema, "properties")
    more = dig(schema, "additionalProperties")
    if not properties:
        return Shape(Code.MAP, item=_from_open_api(more, depth + 1)) if isinstance(more, dict) else Shape(Code.ANY)
    made = Shape(Code.STRUCT)
    made.fields = dict(_properties(properties, depth))
    made.required = tuple(texts(schema, "required"))
    made.open = dig(schema, "x-kubernetes-preserve-unknown-fields") is True or more not in (None, False)
    made.open = made.open or dig(schema, "x-kubernetes-embedded-resource") is True
    return made


def _properties(properties: Json, depth: int) -> Iterator[tuple[str, Shape]]:
    for name, each in mapping(properties).items():
        yield name, _from_open_api(each, depth + 1)
