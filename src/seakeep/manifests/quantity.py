"""Quantities of resources: `500m`, `1Gi`, `1e3`."""

import re
from decimal import Decimal
from functools import lru_cache

from seakeep.core.json import Json

_SUFFIXES = {
    "": Decimal(1), "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "k": Decimal(10**3),
    "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12), "P": Decimal(10**15), "E": Decimal(10**18),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40), "Pi": Decimal(2**50),
    "Ei": Decimal(2**60),
}  # fmt: skip
_FORM = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:([numkMGTPE]i?)|[eE]([+-]?\d{1,2}))?")


def quantity(value: Json) -> Decimal | None:
    """The number in the resource's own unit (cores, bytes); None for what is no quantity."""
    if isinstance(value, str):
        return _parsed(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _parsed(str(value))
    return None


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Decimal | None:
    match = _FORM.fullmatch(text) if len(text) <= 64 else None
    if match is None or (match[2] or "") not in _SUFFIXES:
        return None
    return Decimal(match[1]) * (_SUFFIXES[match[2] or ""] if match[3] is None else Decimal(10) ** int(match[3]))
