"""The kinds of values that fields hold. Each refuses with the value seen and, as `fix`, what would be right."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from seakeep.versions.model import Version

ERROR = "seakeep"
"""The type of the errors raised here; their `ctx` carries `what` and `fix`."""

MACHINE_NAME_LIMIT = 52
"""A certificate's common name holds 64 characters, and a node's is `system:node:` and its name."""

CLUSTER_NAME_LIMIT = 40
"""Leaves room for what is put around it in common names and names of containers."""

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_SIZE = re.compile(r"([1-9][0-9]{0,5})(Mi|Gi)B?")
_UNIT = {"Mi": 1 << 20, "Gi": 1 << 30}
_CORES = re.compile(r"([1-9][0-9]{0,6})(m?)")
_AMOUNT = re.compile(r"([1-9][0-9]{0,6})(Mi|Gi|Ti)B?")
_MEBIBYTES = {"Mi": 1, "Gi": 1 << 10, "Ti": 1 << 20}
_RESOURCE = re.compile(r"[a-z]{1,63}(\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?){0,8}")
_DURATION = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_DURATION_UNIT = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_LONGEST = timedelta(days=36500)


def problem(what: str, fix: str) -> PydanticCustomError:
    """The error of a value: what is wrong with it, and what would be right."""
    return PydanticCustomError(ERROR, "{what}", {"what": what, "fix": fix})


def shown(value: object) -> str:
    """The value as a person would recognise it in the file, cut where it is long."""
    match value:
        case bool():
            text = f"the switch {str(value).lower()}"
        case int() | float():
            text = f"the number {value}"
        case str():
            text = repr(value)
        case list() | tuple():
            return "a list"
        case dict():
            return "a group of fields"
        case _:
            text = str(value)
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1] if text.endswith(chr(39)) else ''}"


def is_label(text: str) -> bool:
    """Whether it is a DNS label: lower-case letters, digits and inner hyphens, 63 at most."""
    return _LABEL.fullmatch(text) is not None


def is_dns_name(text: str) -> bool:
    """Whether it is a DNS name of labels, not an address, 253 characters at most."""
    labels = text.split(".")
    return len(text) <= 253 and all(map(is_label, labels)) and not labels[-1].isdigit()


def suggested_label(text: str, limit: int = 63) -> str:
    """The label nearest to the text, or '' if nothing is left of it."""
    label = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:limit].strip("-")
    return label if is_label(label) else ""


def _label(limit: int) -> Callable[[str], str]:
    def check(text: str) -> str:
        if len(text) > limit:
            raise problem(f"is {len(text)} characters long: {shown(text)}", f"use {limit} at most")
        if not is_label(text):
            better = suggested_label(text, limit)
            raise problem(
                f"{shown(text)} is not a name of lower-case letters, digits and inner hyphens",
                f"such as {better}" if better else "such as site-a",
            )
        return text

    return check


def _dns_name(text: str) -> str:
    if not is_dns_name(text):
        raise problem(f"{shown(text)} is not a DNS name", "such as api.example.org, in lower case")
    return text


def _host(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except ValueError:
        if is_dns_name(text):
            return text
    raise problem(f"{shown(text)} is neither a DNS name nor an IPv4 address", "such as api.example.org")


def _address(value: object) -> object:
    if isinstance(value, IPv4Address):
        return value
    if not isinstance(value, str):
        raise problem(f"{shown(value)} is not an IPv4 address", "such as 192.0.2.11")
    try:
        return IPv4Address(value)
    except ValueError:
        pass
    if ":" in value:
        raise problem(f"{shown(value)} is not an IPv4 address", "IPv6 is not supported yet")
    if "/" in value:
        raise problem(f"{shown(value)} is a range, not an address", f"such as {value.partition('/')[0]}")
    raise problem(f"{shown(value)} is not an IPv4 address", "such as 192.0.2.11")


def _range(value: object) -> object:
    if isinstance(value, IPv4Network):
        return value
    if not isinstance(value, str) or "/" not in value or "." in value.partition("/")[2]:
        raise problem(f"{shown(value)} is not a range of IPv4 addresses", "such as 10.244.0.0/16")
    try:
        loose = IPv4Network(value, strict=False)
    except ValueError:
        hint = "IPv6 is not supported yet" if ":" in value else "such as 10.244.0.0/16"
        raise problem(f"{shown(value)} is not a range of IPv4 addresses", hint) from None
    if str(loose.network_address) != value.partition("/")[0]:
        raise problem(f"{shown(value)} does not begin on its own boundary", f"write {loose}")
    return loose


def _version(text: str) -> str:
    try:
        return f"v{Version.parse(text)}"
    except ValueError:
        raise problem(f"{shown(text)} is not a complete version", "such as v1.37.2") from None


def _bytes(text: str) -> str:
    found = _SIZE.fullmatch(text)
    if found is None:
        raise problem(f"{shown(text)} is not a size", "such as 8GiB or 512MiB")
    if not 256 << 20 <= int(found[1]) * _UNIT[found[2]] <= 16 << 30:
        raise problem(f"{shown(text)} is out of bounds", "from 256MiB to 16GiB")
    return text


def size_in_bytes(text: str) -> int:
    """The number of bytes of a size that was accepted: 8GiB, or 8Gi as Kubernetes writes it."""
    found = _SIZE.fullmatch(text)
    assert found is not None
    return int(found[1]) * _UNIT[found[2]]


def _cores(value: object) -> object:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or _CORES.fullmatch(text) is None:
        raise problem(f"{shown(value)} is not an amount of processors", "such as 4, or 500m for half of one")
    return text


def millicores(text: str) -> int:
    """Thousandths of a processor of an amount that was accepted: 4 or 500m."""
    found = _CORES.fullmatch(text)
    assert found is not None
    return int(found[1]) * (1 if found[2] else 1000)


def _amount(text: str) -> str:
    if _AMOUNT.fullmatch(text) is None:
        raise problem(f"{shown(text)} is not an amount of memory or storage", "such as 512Mi, 8Gi or 1Ti")
    return text


def mebibytes(text: str) -> int:
    """MiB of an amount that was accepted: 512Mi, 8Gi or 1Ti."""
    found = _AMOUNT.fullmatch(text)
    assert found is not None
    return int(found[1]) * _MEBIBYTES[found[2]]


def _resource(text: str) -> str:
    if _RESOURCE.fullmatch(text) is None:
        raise problem(f"{shown(text)} is not a resource of the API", "such as secrets or deployments.apps")
    return text


def _duration(text: str) -> str:
    if _DURATION.fullmatch(text) is None:
        raise problem(f"{shown(text)} is not a duration", "such as 365d, 12h or 15m")
    if duration(text) > _LONGEST:
        raise problem(f"{shown(text)} is out of bounds", "36500d at most")
    return text


def duration(text: str) -> timedelta:
    """A duration that was accepted: days, hours or minutes. ValueError for another text."""
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _DURATION_UNIT[found[2]]


def _label_key(text: str) -> str:
    prefix, slash, name = text.rpartition("/")
    if _QUALIFIED.fullmatch(name) is None or (slash and not is_dns_name(prefix)):
        raise problem(f"{shown(text)} is not a label key", "such as disk or example.org/disk")
    return text


def _label_value(text: str) -> str:
    if text and _QUALIFIED.fullmatch(text) is None:
        raise problem(
            f"{shown(text)} is not a label value",
            "63 letters, digits, hyphens, underscores or dots at most, a letter or digit at both ends",
        )
    return text


def _one_or_many(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _distinct(roles: tuple[str, ...]) -> tuple[str, ...]:
    for index, role in enumerate(roles):
        if role in roles[:index]:
            raise problem(f"names {role} twice", "name each role once")
    return roles


def _plain_text(text: str) -> str:
    if not text.strip() or any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise problem(f"{shown(text)} is not a line of text", "write one line that says something")
    return text.strip()


def _group(text: str) -> str:
    if not text.isascii():
        raise problem(f"{shown(text)} is not the name of a group", "write letters without accents, digits and signs")
    return _plain_text(text)


def _folder(text: str) -> str:
    if re.fullmatch(r"(/[A-Za-z0-9_-][A-Za-z0-9._-]*){2,}", text) is None:
        raise problem(f"{shown(text)} is not the path of a folder of its own", "such as /var/lib/etcd")
    return text


def _day(value: object) -> object:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) and len(value) == 10 else "")
    except ValueError:
        raise problem(f"{shown(value)} is not a day", "such as 2027-06-01") from None


def _time_of_day(value: object) -> object:
    if isinstance(value, str) and _TIME.fullmatch(value):
        return value
    raise problem(f"{shown(value)} is not a time of day", "such as 22:00")


def _zone(text: str) -> str:
    try:
        if text != "UTC":
            ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise problem(f"{shown(text)} is not a time zone", "such as UTC or Europe/Berlin") from None
    return text


Number = Annotated[int, Field(strict=True)]
Text = Annotated[str, AfterValidator(_plain_text), StringConstraints(max_length=500)]
GroupName = Annotated[str, AfterValidator(_group), StringConstraints(max_length=500)]
Path = Annotated[str, AfterValidator(_plain_text), StringConstraints(max_length=500)]
Folder = Annotated[
    str, AfterValidator(_folder), WithJsonSchema({"type": "string", "pattern": "^(/[A-Za-z0-9_-][A-Za-z0-9._-]*){2,}$"})
]
_label_schema = {"type": "string", "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"}
Label = Annotated[str, AfterValidator(_label(63)), WithJsonSchema({**_label_schema, "maxLength": 63})]
ClusterName = Annotated[
    str,
    AfterValidator(_label(CLUSTER_NAME_LIMIT)),
    WithJsonSchema({**_label_schema, "maxLength": CLUSTER_NAME_LIMIT}),
]
MachineName = Annotated[
    str,
    AfterValidator(_label(MACHINE_NAME_LIMIT)),
    WithJsonSchema({**_label_schema, "maxLength": MACHINE_NAME_LIMIT}),
]
DnsName = Annotated[str, AfterValidator(_dns_name)]
Host = Annotated[str, AfterValidator(_host)]
Address = Annotated[IPv4Address, BeforeValidator(_address), WithJsonSchema({"type": "string", "format": "ipv4"})]
CidrRange = Annotated[
    IPv4Network,
    BeforeValidator(_range),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"}),
]
VersionText = Annotated[
    str, AfterValidator(_version), WithJsonSchema({"type": "string", "pattern": r"^v?[0-9]+\.[0-9]+\.[0-9]+$"})
]
Bytes = Annotated[str, AfterValidator(_bytes), WithJsonSchema({"type": "string", "pattern": f"^{_SIZE.pattern}$"})]
Cores = Annotated[
    str,
    BeforeValidator(_cores),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": f"^{_CORES.pattern}$"}, {"type": "integer", "minimum": 1}]}
    ),
]
Amount = Annotated[str, AfterValidator(_amount), WithJsonSchema({"type": "string", "pattern": f"^{_AMOUNT.pattern}$"})]
ResourceName = Annotated[str, AfterValidator(_resource)]
Switch = Annotated[bool, Field(strict=True)]
Duration = Annotated[
    str, AfterValidator(_duration), WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
]
LabelKey = Annotated[str, AfterValidator(_label_key)]
LabelValue = Annotated[str, AfterValidator(_label_value)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
TimeOfDay = Annotated[
    str, BeforeValidator(_time_of_day), WithJsonSchema({"type": "string", "pattern": f"^{_TIME.pattern}$"})
]
TimeZone = Annotated[str, AfterValidator(_zone)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Duty = Literal["etcd", "control-plane", "load-balancer", "worker"]
Duties = Annotated[tuple[Duty, ...], AfterValidator(_distinct)]
CniNames = Annotated[
    tuple[str, ...],
    BeforeValidator(_one_or_many),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
