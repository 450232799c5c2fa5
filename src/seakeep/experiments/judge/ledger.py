"""The ledger: what was acknowledged has to be there at the end, and what was deleted has to stay away.

Each key has one writer, which waits for each answer before it goes on, writes only on top of the version that it knows,
and leaves a key alone whose creation it did not see. So after an acknowledged write nothing that came before it can
still land, and the key holds that value, or that of a later write whose outcome is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from seakeep.experiments.history import ABSENT, Final, FinalEnd, Op


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """How the operations of the ledger ended."""

    acknowledged: int = 0
    refused: int = 0
    ambiguous: int = 0
    unseen: int = 0
    keys: int = 0
    deletes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerJudgement:
    """`lost` are acknowledged writes that are not there, `returned` deleted objects that are, `stale` reads of
    something older than what had been acknowledged, `backwards` versions that went back. `unread` says why the end is
    not known."""

    totals: Totals
    lost: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    backwards: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def wrong(self) -> tuple[str, ...]:
        """Everything that breaks a promise."""
        return (*self.lost, *self.returned, *self.stale, *self.backwards)


@dataclass(slots=True)
class _Key:
    """`possible` are the values that it may hold now; `last` the newest acknowledged version."""

    possible: set[str] = field(default_factory=lambda: {ABSENT})
    acknowledged: str = ABSENT
    at: float = 0.0


def judge(ops: Iterable[Op], finals: Iterable[Final], ends: Iterable[FinalEnd]) -> LedgerJudgement:
    """The ledger against what was found after healing, at every server that was asked."""
    ordered = sorted(ops, key=lambda op: op.t)
    keys, stale, backwards = _replay(ordered)
    found: dict[str, dict[str, Final]] = {}
    unread: list[str] = []
    for end in ends:
        if end.error:
            unread.append(f"{end.target}: {end.error}")
        else:
            found[end.target] = {}
    for final in finals:
        if final.target in found:
            found[final.target][final.key] = final
    lost: list[str] = []
    returned: list[str] = []
    for target, objects in found.items():
        _compare(keys, objects, target, lost, returned)
    if not found:
        unread.append("nothing was read after healing")
    return LedgerJudgement(
        totals=_totals(ordered),
        lost=tuple(lost),
        returned=tuple(returned),
        stale=tuple(stale),
        backwards=tuple(backwards),
        unread=tuple(unread),
    )


def _replay(ops: list[Op]) -> tuple[dict[str, _Key], list[str], list[str]]:
    keys: dict[str, _Key] = {}
    newest: dict[str, int] = {}
    stale: list[str] = []
    backwards: list[str] = []
    for op in ops:
        key = keys.setdefault(op.key, _Key())
        if op.outcome == "ambiguous" and op.verb != "read":
            key.possible.add(_result(op))
        if op.outcome != "ok":
            continue
        if op.verb == "read":
            if op.value not in key.possible:
                stale.append(
                    f"{op.key}: read {_named(op.value)} at {op.end:.3f} s; {_named(key.acknowledged)} had been "
                    f"acknowledged at {key.at:.3f} s"
                )
        else:
            key.possible = {_result(op)}
            key.acknowledged, key.at = _result(op), op.end
        if op.version and op.verb != "read":
            before = newest.get(op.who, 0)
            if op.version <= before:
                backwards.append(f"{op.key}: version {op.version} at {op.end:.3f} s, after {before} was acknowledged")
            newest[op.who] = max(before, op.version)
    return keys, stale, backwards


def _compare(
    keys: Mapping[str, _Key], objects: Mapping[str, Final], target: str, lost: list[str], returned: list[str]
) -> None:
    for name, key in keys.items():
        final = objects.get(name)
        value = final.value if final is not None else ABSENT
        if value in key.possible:
            continue
        if key.possible == {ABSENT}:
            returned.append(f"{name}: deleted at {key.at:.3f} s, and back with {value!r} ({target})")
        else:
            lost.append(
                f"{name}: {_named(key.acknowledged)} was acknowledged at {key.at:.3f} s, "
                f"found {_named(value)} ({target})"
            )


def _result(op: Op) -> str:
    return ABSENT if op.verb == "delete" else op.value


def _named(value: str) -> str:
    return repr(value) if value else "nothing"


def _totals(ops: list[Op]) -> Totals:
    writes = [op for op in ops if op.verb != "read"]

    def count(outcome: str) -> int:
        return sum(op.outcome == outcome for op in writes)

    return Totals(
        acknowledged=count("ok"),
        refused=count("refused"),
        ambiguous=count("ambiguous"),
        unseen=count("unseen"),
        keys=len({op.key for op in writes}),
        deletes=sum(op.verb == "delete" and op.outcome == "ok" for op in writes),
    )
