"""The history of a run: one JSON line for everything that was done or seen, in the order in which it ended.

Times are seconds since the run began, by the operator's monotonic clock. Nothing here is a judgement, so that a stored
history can be judged again.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from seakeep.core.errors import UsageError

Outcome = Literal["ok", "refused", "ambiguous", "unseen"]
"""`refused` was certainly not carried out, `ambiguous` may have been or may yet be. `unseen`: our own way broke."""

ABSENT = ""
"""The value of an object that does not exist."""


class Line(msgspec.Struct, frozen=True, kw_only=True, tag_field="k", omit_defaults=True, gc=False):
    """Base of all lines. They hold only texts and numbers, so that a garbage collection has nothing to look for in the
    hundred thousand of a long run."""

    t: float


class Mark(Line, frozen=True, kw_only=True, tag="mark"):
    """A moment of the run. `number` is the injection that it belongs to, -1 for the whole run.

    drift     what runs is not what the design says; `about` has the differences
    steady    it is aimed; `about` says what would explain a promise that is not kept
    inject    about to break it
    injected  it is broken
    heal      about to heal
    healed    every healing action ended well
    recovered the cluster was found healthy again
    failed    what `about` says did not work
    abort     the run stops itself
    """

    what: Literal[
        "begin", "drift", "steady", "inject", "injected", "heal", "healed", "recovered", "failed", "abort", "end"
    ]
    number: int = -1
    about: str = ""


class Sample(Line, frozen=True, kw_only=True, tag="sample"):
    """One probe. `t` is when it was due, `end` when it was answered. `via` is the machine it left from."""

    end: float
    verb: Literal["read", "write", "lookup", "request"]
    target: str
    via: str
    outcome: Outcome
    why: str = ""


class Stood(Line, frozen=True, kw_only=True, tag="stood"):
    """The observer's own process stood still until `t`, for so many seconds: what it did not see then is no gap."""

    seconds: float


class Op(Line, frozen=True, kw_only=True, tag="op"):
    """One operation of the ledger or on a hot key, begun at `t`. `version` is the resourceVersion that was answered."""

    end: float
    who: str
    verb: Literal["create", "update", "delete", "read"]
    key: str
    outcome: Outcome
    value: str = ABSENT
    version: int = 0
    why: str = ""


class Event(Line, frozen=True, kw_only=True, tag="event"):
    """What a watcher was told. `LIST` is a relist at that version: what came between is not owed to it any more."""

    watcher: str
    type: Literal["ADDED", "MODIFIED", "DELETED", "LIST"]
    version: int
    key: str = ""
    value: str = ABSENT


class LeaderSeen(Line, frozen=True, kw_only=True, tag="leader"):
    """A leader's Lease, as a watch told it. Times are the holders' own, in seconds since the epoch; 0 where unset."""

    name: str
    version: int
    holder: str
    acquired: float
    renewed: float
    duration: float
    transitions: int


class PodSeen(Line, frozen=True, kw_only=True, tag="pod"):
    """A pod of the storm's own, as a watch told it."""

    version: int
    uid: str
    name: str
    node: str
    phase: str
    gone: bool = False


class Flushes(Line, frozen=True, kw_only=True, tag="flushes"):
    """A member's own counters: entries of the log that it applied, and flushes of the log to its disk."""

    member: str
    applied: int
    flushed: int


class FlowControl(Line, frozen=True, kw_only=True, tag="flow-control"):
    """An API server's own counters of one priority level, since it was started: requests that it carried out, turned
    away (429), and the seconds that those it carried out had waited in a queue. `number` is the injection."""

    number: int
    server: str
    level: str
    dispatched: int
    rejected: int
    waited: float


class Sent(Line, frozen=True, kw_only=True, tag="sent"):
    """A flood's own count: so many of its requests were answered with this status; 0 is no answer."""

    number: int
    via: str
    status: int
    count: int


class Final(Line, frozen=True, kw_only=True, tag="final"):
    """One object as it was found after healing. `target` is who was asked."""

    target: str
    key: str
    value: str
    version: int


class FinalEnd(Line, frozen=True, kw_only=True, tag="final-end"):
    """Everything of this target's was listed: an object without a `Final` does not exist. `error` where it was not."""

    target: str
    objects: int = 0
    error: str = ""


AnyLine = Mark | Sample | Stood | Op | Event | LeaderSeen | PodSeen | Flushes | FlowControl | Sent | Final | FinalEnd

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(AnyLine)


def encode(lines: Iterable[AnyLine]) -> bytes:
    """JSON lines."""
    return b"".join(_ENCODER.encode(line) + b"\n" for line in lines)


def decode(data: bytes, *, source: str) -> Iterator[AnyLine]:
    """What `encode` wrote. A last line that was cut short is left out: the run ended there. UsageError for anything
    else that is not a history."""
    lines = data.split(b"\n")
    for number, text in enumerate(lines[:-1], start=1):
        try:
            yield _DECODER.decode(text)
        except msgspec.MsgspecError as error:
            raise UsageError(f"{source}:{number}: this is not a line of a storm's history: {error}") from error
