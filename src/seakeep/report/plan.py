"""How a plan is shown: each change with its sign and reason, and the totals.

The plan as data is the engine's document; this is only its face for people.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from seakeep.core.change import Change, Risk
from seakeep.report.document import BLANK, Cell, Document, Line, Table, Tone, line


class Sign(StrEnum):
    """What a change does to the thing it is about: make it, change it, remove it, act on it."""

    ADD = "+"
    CHANGE = "~"
    REMOVE = "-"
    ACT = ">"


_TONE = {Sign.ADD: Tone.ADD, Sign.CHANGE: Tone.CHANGE, Sign.REMOVE: Tone.REMOVE, Sign.ACT: Tone.PLAIN}
_RISK_TONE = {
    Risk.NONE: Tone.FAINT,
    Risk.RELOAD: Tone.PLAIN,
    Risk.RESTART: Tone.PLAIN,
    Risk.QUORUM: Tone.WARN,
    Risk.DISRUPTIVE: Tone.WARN,
}
_VERB_SIGN = {
    "remove": Sign.REMOVE,
    "delete": Sign.REMOVE,
    "stop": Sign.REMOVE,
    "start": Sign.ACT,
    "restart": Sign.ACT,
    "reload": Sign.ACT,
    "switch": Sign.ACT,
    "install": Sign.ADD,
    "load": Sign.ADD,
}
_ABSENT = ("missing", "no such", "does not exist", "not there", "absent", "not yet")


def sign_of(change: Change) -> Sign:
    """The sign of a change, from the verb that starts `what`, else from an absence that `why` states."""
    verb = change.what.split(" ", 1)[0]
    if verb in _VERB_SIGN:
        return _VERB_SIGN[verb]
    return Sign.ADD if any(word in change.why for word in _ABSENT) else Sign.CHANGE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """Equal changes on one or more hosts, in the order of the plan."""

    sign: Sign
    hosts: tuple[str, ...]
    phase: str
    what: str
    why: str
    risk: Risk
    reversible: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan as it is shown. Every change is in it: equal ones on several hosts share a row. `unknown`: machine -> why
    it could not be read."""

    cluster_name: str
    rows: tuple[PlanRow, ...]
    unknown: Mapping[str, str] = field(default_factory=dict)

    def document(self) -> Document:
        """The plan as a person reads it."""
        unread = tuple(_unread(self.unknown))
        if not self.rows:
            what = "nothing to change on the machines that answer" if unread else "nothing to change"
            return (*unread, line(f"{self.cluster_name}: {what}", Tone.PLAIN if unread else Tone.GOOD))
        table = Table(
            columns=("", "hosts", "phase", "what", "why", "risk", "undo"),
            rows=tuple(
                (
                    Cell(row.sign.value, _TONE[row.sign]),
                    Cell(", ".join(row.hosts)),
                    Cell(row.phase),
                    Cell(row.what),
                    Cell(row.why),
                    Cell(row.risk.value, _RISK_TONE[row.risk]),
                    Cell("yes" if row.reversible else "no", Tone.PLAIN if row.reversible else Tone.WARN),
                )
                for row in self.rows
            ),
        )
        return (table, BLANK, *unread, _totals(self))


def plan_view(cluster_name: str, changes: Iterable[Change], unknown: Mapping[str, str] | None = None) -> PlanView:
    """The view of a plan's changes, and of the machines that it says nothing about."""
    hosts: dict[tuple[Sign, str, str, str, Risk, bool], list[str]] = {}
    for change in changes:
        key = (sign_of(change), change.phase, change.what, change.why, change.risk, change.reversible)
        hosts.setdefault(key, []).append(change.host)
    return PlanView(
        cluster_name=cluster_name,
        rows=tuple(
            PlanRow(sign=sign, hosts=tuple(names), phase=phase, what=what, why=why, risk=risk, reversible=reversible)
            for (sign, phase, what, why, risk, reversible), names in hosts.items()
        ),
        unknown=unknown or {},
    )


def _unread(unknown: Mapping[str, str]) -> Iterator[Line]:
    for machine, cause in sorted(unknown.items()):
        yield line(f"UNKNOWN  {machine}: {cause}", Tone.WARN)


def _totals(view: PlanView) -> Line:
    risks: Counter[Risk] = Counter()
    for row in view.rows:
        risks[row.risk] += len(row.hosts)
    count = risks.total()
    hosts = len({host for row in view.rows for host in row.hosts})
    parts = ", ".join(f"{risks[risk]} {risk.value}" for risk in Risk if risks[risk])
    final = sum(len(row.hosts) for row in view.rows if not row.reversible)
    undo = f"; {final} cannot be undone" if final else ""
    return line(
        f"{view.cluster_name}: {count} change{'s' if count != 1 else ''} on {hosts} "
        f"host{'s' if hosts != 1 else ''}; risk: {parts}{undo}",
        Tone.TITLE,
    )
