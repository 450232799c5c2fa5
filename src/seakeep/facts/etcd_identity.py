"""Which member of which cluster the etcd data on this machine belong to, from the head of the write-ahead log.

A member that was removed while its machine was off comes back with data that look like any other. Its id is what tells
them apart: etcd gives a new one to every member that is added. The log says it even when etcd does not run.
"""

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from seakeep.facts.base import Ask, Fact

_HEAD = 160
"""Bytes: the first two records, of at most 12 and 43 bytes with their frames, and some more."""
_METADATA = 1


@dataclass(frozen=True, slots=True)
class EtcdIdentity:
    """Ids in hex without leading zeros, as etcdctl writes them."""

    member: str
    cluster: str


def script(ask: Ask) -> str:
    """The head of any segment: each begins with the identity."""
    if not ask.etcd_dir:
        return "true"
    wal = f"{shlex.quote(ask.etcd_dir)}/member/wal"
    return (
        f"for f in {wal}/*.wal; do\n"
        f'  [ -f "$f" ] && {{ head -c {_HEAD} "$f" | od -An -v -tx1 | tr -d " \\n"; break; }}\n'
        "done\ntrue"
    )


def parse(output: bytes) -> EtcdIdentity | None:
    """None where there is no log. ValueError for a log of another form."""
    text = output.decode("ascii").strip()
    if not text:
        return None
    for kind, data in _records(bytes.fromhex(text)):
        if kind == _METADATA:
            found = dict(_fields(data))
            member, cluster = found.get(1), found.get(2)
            if isinstance(member, int) and isinstance(cluster, int):
                return EtcdIdentity(f"{member:x}", f"{cluster:x}")
            break
    raise ValueError("the write-ahead log does not begin with an identity")


def _records(head: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, data) of the whole records. Each has a frame of eight bytes before it: its length in the lower 56 bits,
    and in the highest byte, where its top bit is set, how much padding follows."""
    at = 0
    while at + 8 <= len(head):
        frame = int.from_bytes(head[at : at + 8], "little")
        length, flags = frame & ((1 << 56) - 1), frame >> 56
        padding = flags & 7 if flags & 0x80 else 0
        body = head[at + 8 : at + 8 + length]
        if len(body) < length or not length:
            return
        fields = dict(_fields(body))
        kind, data = fields.get(1, 0), fields.get(3, b"")
        if isinstance(kind, int) and isinstance(data, bytes):
            yield kind, data
        at += 8 + length + padding


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """(number, value) of a protocol buffer's fields that are numbers or bytes. ValueError for anything else."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        if tag & 7 == 0:
            value, at = _varint(message, at)
            yield tag >> 3, value
        elif tag & 7 == 2:
            length, at = _varint(message, at)
            if at + length > len(message):
                raise ValueError("a field is cut off")
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            raise ValueError("a field is of no kind that etcd writes here")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(message):
            raise ValueError("a number is cut off")
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
    raise ValueError("a number is longer than 64 bits")


FACT: Fact[EtcdIdentity | None] = Fact(id="etcd_identity", script=script, parse=parse)
