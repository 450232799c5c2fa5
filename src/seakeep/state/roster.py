"""What the cluster was made of at the last apply that came to its end, in the state folder.

Without it a machine that was taken out of the file would be forgotten with all that it runs, and a changed range or
address would look like a first installation.

The cluster keeps a copy (`PATH`, on every control-plane machine that an apply reaches): for the operator whose folder
is gone, and for the one whose folder is behind because another has worked since. Files on machines rather than an
object of the API, because it is needed when the API is what has to be repaired, because root alone may read it, and
because comparing it costs nothing: its digest comes with those of all other files. Several copies, of which the one
with the highest serial counts: whoever writes one holds the locks, and has looked for a newer one before.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any, Literal, TypeVar

import msgspec

from seakeep.core.errors import UsageError
from seakeep.design.known import Known, begun, finished, shared
from seakeep.design.model import Design, Fence
from seakeep.state.folder import State

NAME = "roster.json"

PATH = f"/var/lib/seakeep/{NAME}"
"""Where control-plane machines have the cluster's own copy, 0600."""

_T = TypeVar("_T")


class _Document(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    api_version: Literal["seakeep/v1"] = "seakeep/v1"
    kind: Literal["Roster"] = "Roster"
    cluster: str
    known: Known
    fences: tuple[Fence, ...] = ()


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
    _write(state, design.name, begun(known, design))


def finish(state: State, known: Known | None, design: Design, *, without: Collection[str] = ()) -> None:
    """The cluster is whole, and made of exactly the design's machines; `without` as in `finished`."""
    _write(state, design.name, finished(known, design, without=without))


def restore(state: State, cluster: str, known: Known) -> None:
    """What was found out about a cluster that the folder had forgotten, or not heard of yet."""
    _write(state, cluster, known)


def forget(state: State) -> None:
    """The cluster is gone."""
    state.remove(NAME)


def encode(cluster: str, known: Known) -> bytes:
    """The document, two-space indented.

    Fences stand in it only where there are some: one without is the same as a Seakeep wrote it that had none. Beside
    what is `known`, because such a Seakeep has to refuse the document: it would take them down.
    """
    document: dict[str, Any] = msgspec.to_builtins(
        _Document(cluster=cluster, known=known, fences=known.fences), enc_hook=_plain, order="sorted"
    )
    del document["known"]["fences"]
    if not known.fences:
        del document["fences"]
    return msgspec.json.format(msgspec.json.encode(document, order="sorted"), indent=2) + b"\n"


def decode(data: bytes) -> Known:
    """What `encode` wrote. ValueError (msgspec's is one) for anything else."""
    return copied(data).known


@dataclass(frozen=True, slots=True)
class Copy:
    """The cluster's own copy, and whose it says it is."""

    cluster: str
    known: Known


def copy(cluster: str, known: Known) -> bytes:
    """What control-plane machines are to keep."""
    return encode(cluster, shared(known))


def copied(data: bytes) -> Copy:
    """What `copy` made. ValueError for anything else."""
    document = msgspec.json.decode(data, type=_Document, dec_hook=_revive)
    return Copy(document.cluster, replace(document.known, fences=document.fences))


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
