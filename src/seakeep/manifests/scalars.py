"""What a plain YAML scalar means to Kubernetes.

The API machinery reads YAML as go-yaml 2 does: YAML 1.1 booleans (`yes`, `on`), octal numbers with a leading zero
(`defaultMode: 0644`), but neither dates nor sexagesimal numbers.
"""

import re

Scalar = str | int | float | bool | None

_KNOWN: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
}
_NUMBER_START = frozenset("0123456789+-.")
_INT = re.compile(r"[-+]?[0-9][0-9_]*")
_OCTAL = re.compile(r"([-+]?)0o?([0-7_]+)")
_BASED = re.compile(r"[-+]?(0x[0-9a-fA-F_]+|0b[01_]+)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
LONGEST = 40
"""Characters of the longest number. Longer digit strings stay text: they fit into no field of the API."""


def resolve(text: str) -> Scalar:
    """The value of a scalar that stands without quotes."""
    if text in _KNOWN:
        return _KNOWN[text]
    if text[0] not in _NUMBER_START or len(text) > LONGEST:
        return text
    if _INT.fullmatch(text):
        octal = _OCTAL.fullmatch(text)
        if octal and len(text.lstrip("+-")) > 1 and octal[2].strip("_"):
            return int(octal[1] + octal[2].replace("_", ""), 8)
        digits = text.replace("_", "")
        return float(digits) if digits.lstrip("+-").startswith("0") and len(digits.lstrip("+-")) > 1 else int(digits)
    octal = _OCTAL.fullmatch(text)
    if octal and octal[2].strip("_"):
        return int(octal[1] + octal[2].replace("_", ""), 8)
    if _BASED.fullmatch(text):
        return int(text.replace("_", ""), 0)
    return float(text) if _FLOAT.fullmatch(text) else text
