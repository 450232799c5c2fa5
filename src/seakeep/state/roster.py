"""What the cluster was made of at the last apply that came to its end, in the state folder.

Without it a machine that was taken out of the file would be forgotten with all that it runs, and a changed range or
address would look like a first installation.
"""

from collections.abc import Collection
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Literal, TypeVar

import msgspec

from seakeep.core.errors import UsageError
from seakeep.design.known import Known, known_of
from seakeep.design.model import Design, Machine
from seakeep.state.folder import State

NAME = "roster.json"

_T = TypeVar("_T")


class _Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    api_version: Literal["seakeep/v1"] = "seakeep/v1"
    kind: Literal["Roster"] = "Roster"
    cluster: str
    known: Known


def read(state: State) -> Known | None:
    """None before the first run. UsageError for a file that is damaged or of a newer Seakeep."""
    stored = state.read(NAME)
    if stored is None:
        return None
    try:
        return decode(stored.reveal())
    except (msgspec.DecodeError, ValueError) as error:
        raise UsageError(
            f"{state.path(NAME)} is not understood: {error}",
            hint="put it back from a copy of the state folder; it says what the cluster is made of",
        ) from error


def begin(state: State, known: Known | None, design: Design) -> None:
    """A run is about to touch the design's machines."""
    before = known or known_of(design)
    names = {machine.name for machine in before.all}
    begun = (*before.begun, *(machine for machine in design.machines if machine.name not in names))
    _write(state, design.name, replace(before, begun=begun))


def finish(state: State, known: Known | None, design: Design, *, without: Collection[str] = ()) -> None:
    """The cluster is whole, and made of exactly the design's machines. Of those that were gone on `without`, only the
    ones that were part of it before; as they were then."""
    machines: list[Machine] = []
    for machine in design.machines:
        before = known.machine(machine.name) if known else None
        if machine.name not in without:
            machines.append(machine)
        elif before is not None:
            machines.append(before)
    _write(state, design.name, known_of(design, machines=tuple(machines)))


def restore(state: State, cluster: str, known: Known) -> None:
    """What was found out about a cluster that the folder had forgotten."""
    _write(state, cluster, known)


def forget(state: State) -> None:
    """The cluster is gone."""
    state.remove(NAME)


def encode(cluster: str, known: Known) -> bytes:
    """The document, two-space indented."""
    document = msgspec.json.encode(_Document(cluster=cluster, known=known), enc_hook=_plain, order="sorted")
    return msgspec.json.format(document, indent=2) + b"\n"


def decode(data: bytes) -> Known:
    """What `encode` wrote. ValueError (msgspec's is one) for anything else."""
    return msgspec.json.decode(data, type=_Document, dec_hook=_revive).known


def _write(state: State, cluster: str, known: Known) -> None:
    state.write(NAME, encode(cluster, known), durable=True)


def _plain(value: object) -> object:
    if isinstance(value, IPv4Address | IPv4Network):
        return str(value)
    if isinstance(value, frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no place in a roster")


def _revive(kind: type[_T], value: str) -> _T:
    return kind(value)  # type: ignore[call-arg]
