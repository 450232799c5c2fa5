"""How values are told."""

from seakeep.core.json import Json


def said(value: Json) -> str:
    """A value as YAML has it; `not set` for nothing."""
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)[:60]
