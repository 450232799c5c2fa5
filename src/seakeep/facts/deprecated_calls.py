"""Who calls API versions that are deprecated, as the audit log of this machine's API server has it.

API servers mark such requests with the annotation k8s.io/deprecated. Only the end of the log is looked through, and
what leaves the machine is one line for each caller and resource: no name of an object, and nothing of a body.
"""

import re
import shlex
from dataclasses import dataclass

import msgspec

from seakeep.facts.base import Ask, Fact

LOOKED_THROUGH = 64 << 20
"""Bytes at the end of the log: seconds of a disk, and a day of most clusters."""
CALLERS = 50
"""Lines that leave the machine, the most frequent first."""

_MARK = '"k8s.io/deprecated":"true"'
_PARTS = (
    r's/.*"user":{"username":"\([^"]*\)".*"userAgent":"\([^"]*\)".*"objectRef":{\([^}]*\)}.*"annotations":{\(.*\)}.*'
    r"/\1\t\2\t\3\t\4/p"
)
_EDITS = (
    r's/"\(namespace\|name\|uid\|resourceVersion\)":"[^"]*",\{0,1\}//g',
    r"s/,\t/\t/",
    r's/\t[^\t]*"k8s\.io\/removed-release":"\([0-9.]*\)".*/\t\1/',
    r's/\t"[^\t]*$/\t/',
)
"""No names; no comma where the last field was one; of the annotations the release, or nothing."""
_LINE = re.compile(r" *(\d+) ([^\t]*)\t([^\t]*)\t([^\t]*)\t([0-9.]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asked for what, how often. `removed` is the minor that removes it, '' where none is announced."""

    user: str
    agent: str
    group: str
    version: str
    resource: str
    subresource: str
    removed: str
    times: int


class _Reference(msgspec.Struct, rename="camel"):
    resource: str = ""
    subresource: str = ""
    api_group: str = ""
    api_version: str = ""


def script(ask: Ask) -> str:
    """Fails where there is no log: then nobody knows."""
    if not ask.audit_log:
        return "true"
    edits = " ".join(f"-e {shlex.quote(each)}" for each in _EDITS)
    log = shlex.quote(ask.audit_log)
    return (
        f"[ -r {log} ] || exit 1\n"
        f"tail -c {LOOKED_THROUGH} {log} | grep -F {shlex.quote(_MARK)} | sed -n {shlex.quote(_PARTS)} | sed {edits}"
        f" | sort | uniq -c | sort -rn | head -n {CALLERS}; true"
    )


def parse(output: bytes) -> tuple[Caller, ...]:
    """The most frequent first. ValueError on lines of another shape."""
    return tuple(_caller(line) for line in output.decode("utf-8", "replace").splitlines() if line.strip())


def _caller(line: str) -> Caller:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"not a caller: {line[:80]!r}")
    times, user, agent, reference, removed = match.groups()
    try:
        found = msgspec.json.decode(f"{{{reference}}}", type=_Reference)
    except msgspec.DecodeError as error:
        raise ValueError(f"not what was asked for: {reference[:80]!r}") from error
    return Caller(
        user=user,
        agent=agent,
        group=found.api_group,
        version=found.api_version,
        resource=found.resource,
        subresource=found.subresource,
        removed=removed,
        times=int(times),
    )


FACT: Fact[tuple[Caller, ...]] = Fact(id="deprecated_calls", script=script, parse=parse, volatile=True)
