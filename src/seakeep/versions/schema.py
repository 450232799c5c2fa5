"""The fields of every built-in type of a Kubernetes minor, from the OpenAPI documents of its release.

The files in `schemas/` are made by tools/gen_schemas.py. A form is one text: `s` string, `i` integer, `b` boolean,
`n` number, `q` quantity, `x` integer or string, `*` anything, `s=A|B` one of, `[` a list of what follows, `{` a mapping
from names to what follows, `@name` a type with fields of its own.
"""

from enum import IntEnum
from functools import cache
from pathlib import Path

import msgspec
import zstandard

NOT_ENFORCED = frozenset(
    {("rbac.v1.Role", "rules"), ("rbac.v1.ClusterRole", "rules"), ("networking.v1.NetworkPolicySpec", "podSelector")}
)
"""Fields that older documents call required, and every server takes as empty where they are missing."""


class Code(IntEnum):
    """What a value must be."""

    ANY = 0
    STRING = 1
    INTEGER = 2
    BOOLEAN = 3
    NUMBER = 4
    QUANTITY = 5
    INT_OR_STRING = 6
    LIST = 7
    MAP = 8
    STRUCT = 9


class Shape:
    """A value's form. `fields`, `required` and `open` (other fields are kept) are of a STRUCT, `item` of a LIST or
    a MAP, `values` of a STRING that is one of some. `native` is the Python type that needs no further look."""

    __slots__ = ("code", "fields", "item", "native", "open", "required", "values")

    def __init__(self, code: Code, *, item: "Shape | None" = None, values: frozenset[str] | None = None) -> None:
        self.code = code
        self.item = item
        self.values = values
        self.fields: dict[str, Shape] = {}
        self.required: tuple[str, ...] = ()
        self.open = False
        self.native: type | None = None if values else _NATIVE.get(code)


_NATIVE: dict[Code, type] = {Code.STRING: str, Code.INTEGER: int, Code.BOOLEAN: bool}
_SCALARS = {
    "*": Code.ANY, "s": Code.STRING, "i": Code.INTEGER, "b": Code.BOOLEAN, "n": Code.NUMBER, "q": Code.QUANTITY,
    "x": Code.INT_OR_STRING,
}  # fmt: skip


class _Type(msgspec.Struct, frozen=True):
    f: dict[str, str]
    r: list[str]


class _File(msgspec.Struct, frozen=True):
    version: str
    kinds: dict[str, str]
    types: dict[str, _Type | str]


class Schema:
    """One minor's types. Shapes are made when they are first asked for."""

    def __init__(self, found: _File) -> None:
        self.version = found.version
        """The patch release whose documents these are."""
        self.groups = frozenset(key.partition(" ")[0].rpartition("/")[0] for key in found.kinds)
        """API groups that are built in; the core group is empty."""
        self._file = found
        self._types: dict[str, Shape] = {}
        self._forms: dict[str, Shape] = {}

    @property
    def kinds(self) -> frozenset[str]:
        """Every `apiVersion kind`, separated by a space."""
        return frozenset(self._file.kinds)

    def shape(self, api_version: str, kind: str) -> Shape | None:
        """What an object of the kind looks like; None where the minor does not have it."""
        name = self._file.kinds.get(f"{api_version} {kind}")
        return self._type(name) if name is not None else None

    def _type(self, name: str) -> Shape:
        made = self._types.get(name)
        if made is not None:
            return made
        described = self._file.types.get(name, "*")
        if isinstance(described, str):
            self._types[name] = made = self._form(described)
            return made
        # Types contain themselves (a schema has properties that are schemas), so it is known before it is filled in.
        self._types[name] = made = Shape(Code.STRUCT)
        made.fields = {field: self._form(form) for field, form in described.f.items()}
        made.required = tuple(field for field in described.r if (name, field) not in NOT_ENFORCED)
        return made

    def _form(self, form: str) -> Shape:
        made = self._forms.get(form)
        if made is None:
            if form[0] == "@":
                return self._type(form[1:])
            if form[0] in "[{":
                made = Shape(Code.LIST if form[0] == "[" else Code.MAP, item=self._form(form[1:]))
            elif form.startswith("s="):
                made = Shape(Code.STRING, values=frozenset(form[2:].split("|")))
            else:
                made = Shape(_SCALARS[form])
            self._forms[form] = made
        return made


@cache
def schema(minor: tuple[int, int]) -> Schema | None:
    """The types of a minor; None where no file is kept for it."""
    file = Path(__file__).with_name("schemas") / f"{minor[0]}.{minor[1]}.json.zst"
    if not file.is_file():
        return None
    raw = zstandard.ZstdDecompressor().decompress(file.read_bytes())
    return Schema(msgspec.json.decode(raw, type=_File))


def nearest(minor: tuple[int, int]) -> Schema:
    """The types of the minor, or of the nearest one that is known: a target that is not out yet is judged by the
    newest, an old one by the oldest."""
    found = schema(min(known_minors(), key=lambda known: (abs(known[1] - minor[1]), known)))
    assert found is not None
    return found


@cache
def known_minors() -> tuple[tuple[int, int], ...]:
    """The minors that a file is kept for, oldest first."""
    names = [each.name.removesuffix(".json.zst") for each in Path(__file__).with_name("schemas").iterdir()]
    return tuple(sorted((int(first), int(second)) for first, _, second in (name.partition(".") for name in names)))
