"""What a fact is, what it may be asked for, and the one batched read of a machine.

All facts of a machine are read by one script in one round trip. Each snippet runs in its own subshell with
standard error discarded, so that one that fails costs only its own fact.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from seakeep.core.errors import UndecidedError

T = TypeVar("T")

Peer = tuple[str, str, int]
"""A machine's name, address and SSH port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is to be looked at on one machine; facts pick the part that concerns them.

    `exclusive` are the folders that are wholly Seakeep's. `programs` are (component, version, program). `peers` are
    all machines, the one that is asked included: one tuple serves a thousand of them. `audit_log` is the API server's,
    '' where there is none.
    """

    address: str = ""
    paths: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    exclusive: tuple[str, ...] = ()
    programs: tuple[tuple[str, str, str], ...] = ()
    users: tuple[str, ...] = ()
    sysctls: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()
    peers: tuple[Peer, ...] = ()
    configs: tuple[str, ...] = ()
    etcd_dir: str = ""
    audit_log: str = ""
    vip: str = ""
    api_port: int = 6443


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact(Generic[T]):
    """A reading. `parse` never raises anything but ValueError, on any bytes.

    `volatile` readings differ from one moment to the next without anything having been changed (clocks,
    health): they stay out of the digest that makes a plan stale.
    """

    id: str
    script: Callable[[Ask], str]
    parse: Callable[[bytes], T]
    volatile: bool = False


class MissingFactError(UndecidedError):
    """A fact was not read or could not be parsed."""


@dataclass(slots=True)
class FactSet:
    """The facts of one machine, parsed on demand and kept. `read_at` is the operator's wall time, in seconds since
    the epoch, at the moment the machine was asked."""

    host: str
    raw: Mapping[str, bytes]
    read_at: float = 0.0
    _parsed: dict[str, object] = field(default_factory=dict)

    def with_more(self, other: "FactSet") -> "FactSet":
        """These readings and those of a later round trip to the same machine."""
        return FactSet(self.host, {**other.raw, **self.raw}, self.read_at)

    def with_value(self, fact: Fact[T], value: T) -> "FactSet":
        """These readings with one as it will be."""
        return FactSet(self.host, self.raw, self.read_at, {**self._parsed, fact.id: value})

    def get(self, fact: Fact[T]) -> T:
        """The parsed value. MissingFactError where it was not read or is not understood."""
        if fact.id not in self._parsed:
            if fact.id not in self.raw:
                raise MissingFactError(f"{self.host}: the fact {fact.id!r} could not be read")
            try:
                self._parsed[fact.id] = fact.parse(self.raw[fact.id])
            except ValueError as error:
                raise MissingFactError(f"{self.host}: the fact {fact.id!r} is not understood: {error}") from None
        return self._parsed[fact.id]  # type: ignore[return-value]

    def find(self, fact: Fact[T]) -> T | None:
        """The parsed value, or None where `get` would raise."""
        try:
            return self.get(fact)
        except MissingFactError:
            return None


_MARK = "@@seakeep"


def compose(facts: Iterable[Fact[object]], ask: Ask, nonce: str) -> str:
    """One script that reads all the facts. The nonce keeps file content from looking like a boundary.

    What it prints is sent when it is whole: sha256sum alone makes a packet of every line, and each packet costs both
    ends more than its hundred bytes do.
    """
    lines = ["export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "{"]
    for fact in facts:
        snippet = fact.script(ask)
        if not snippet:
            continue
        lines.append(f"printf '\\n{_MARK} {nonce} {fact.id}\\n'")
        lines.append(f"(\n{snippet}\n) 2>/dev/null </dev/null || printf '\\n{_MARK} {nonce} !{fact.id}\\n'")
    lines.append(f"printf '\\n{_MARK} {nonce} end\\n'")
    lines.append("} | dd bs=1M iflag=fullblock status=none")
    return "\n".join(lines) + "\n"


def split(output: bytes, nonce: str) -> dict[str, bytes]:
    """fact id -> what its snippet printed. A snippet that failed, and the one that was cut off, are left out."""
    mark = f"\n{_MARK} {nonce} ".encode()
    sections: dict[str, bytes] = {}
    pieces = output.split(mark)[1:]
    for position, piece in enumerate(pieces):
        name, _, body = piece.partition(b"\n")
        is_last = position == len(pieces) - 1
        if name.startswith(b"!"):
            sections.pop(name[1:].decode("ascii", "replace"), None)
        elif not is_last:
            sections[name.decode("ascii", "replace")] = body
    return sections


def digest(sets: Iterable[FactSet], facts: Iterable[Fact[object]]) -> str:
    """sha256 over every reading that is not volatile: equal while nothing was changed on any machine."""
    steady = sorted(fact.id for fact in facts if not fact.volatile)
    hasher = hashlib.sha256()
    for facts_of_host in sorted(sets, key=lambda each: each.host):
        hasher.update(facts_of_host.host.encode() + b"\0")
        for name in steady:
            hasher.update(name.encode() + b"\0" + facts_of_host.raw.get(name, b"?") + b"\0")
    return hasher.hexdigest()
