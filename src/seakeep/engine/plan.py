"""The plan: changes as a versioned document that can be shown, stored, compared and refused when stale."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import PurePath
from typing import Literal

import msgspec

from seakeep.core.change import Change, Risk
from seakeep.core.clock import rfc3339
from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.json import JsonObject
from seakeep.core.secret import SecretRef
from seakeep.engine.stage import Stage

API_VERSION: Literal["seakeep/v1"] = "seakeep/v1"
_NAMED = 5
"""How many changed ids a refusal spells out before it only counts them."""


class Totals(msgspec.Struct, frozen=True, rename="camel"):
    """How many changes there are of each risk."""

    changes: int
    hosts: int
    none: int = 0
    reload: int = 0
    restart: int = 0
    quorum: int = 0
    disruptive: int = 0
    irreversible: int = 0


class Unknown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine that could not be read: what would change on it is not in the plan. `cluster` where the API could not:
    then every object is."""

    machine: str
    cause: str


class Plan(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What `plan -o json` prints and `apply PLAN` takes.

    `changes` stand in the order in which they are carried out: stage, host (`Stage.parts`), then the order
    on that host. `unknown` are the machines that did not answer, by name.
    """

    api_version: Literal["seakeep/v1"] = API_VERSION
    kind: Literal["Plan"] = "Plan"
    cluster: str
    created: str
    spec_digest: str
    facts_digest: str
    changes: tuple[Change, ...]
    unknown: tuple[Unknown, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether nothing would change."""
        return not self.changes

    def totals(self) -> Totals:
        """The numbers of the line under a plan."""
        by_risk = {risk.value: 0 for risk in Risk}
        for change in self.changes:
            by_risk[change.risk.value] += 1
        return Totals(
            changes=len(self.changes),
            hosts=len({change.host for change in self.changes}),
            irreversible=sum(not change.reversible for change in self.changes),
            **by_risk,
        )

    def to_json(self) -> bytes:
        """The document, two-space indented, ending in a newline."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def from_json(cls, data: bytes, *, source: str = "the plan") -> "Plan":
        """Read a stored plan. UsageError when it is not one, or of another version."""
        try:
            version = msgspec.json.decode(data, type=_Versioned).api_version
            if version not in ("", API_VERSION):
                raise UsageError(
                    f"{source} is of version {version!r}; this Seakeep reads plans of {API_VERSION}",
                    hint="make a new one with `seakeep plan -o json`",
                )
            plan = msgspec.json.decode(data, type=cls)
            _refuse_repeats(plan.changes)
        except (msgspec.DecodeError, ValueError) as error:
            raise UsageError(
                f"{source} is not a plan of version {API_VERSION}: {error}",
                hint="make a new one with `seakeep plan -o json`",
            ) from error
        return plan


class _Versioned(msgspec.Struct, rename="camel"):
    api_version: str = ""


def make_plan(
    *,
    cluster: str,
    created: datetime,
    spec_digest: str,
    facts_digest: str,
    stages: Sequence[Stage],
    unknown: Sequence[Unknown] = (),
) -> Plan:
    """The plan of these stages. ValueError when two changes share an id: a resumed run could not tell them
    apart."""
    changes = tuple(step.change for stage in stages for part in stage.parts() for step in part.steps)
    _refuse_repeats(changes)
    return Plan(
        cluster=cluster,
        created=rfc3339(created),
        spec_digest=spec_digest,
        facts_digest=facts_digest,
        changes=changes,
        unknown=tuple(sorted(unknown, key=lambda each: each.machine)),
    )


_MEANING = {
    "Plan": {
        "apiVersion": "The version of this document's form. Another form has another version.",
        "cluster": "The cluster's name.",
        "created": "When the plan was made, in UTC.",
        "specDigest": "sha256 of the cluster's file that it was made from.",
        "factsDigest": "sha256 of what the machines said, without what moves by itself.",
        "changes": "What would be done, in the order of doing.",
        "unknown": "What could not be read: machines, for which nothing is planned, and `cluster`, the API.",
    },
    "Change": {
        "id": "The same for the same intent in every plan: host/phase/subject.",
        "host": "A machine's name, `operator` for keys and certificates, `cluster` for objects of the API.",
        "phase": "The part of apply that asks for it, as in `seakeep phases list`.",
        "what": "What is done, in a few words. The first is a verb, or the kind of what is written.",
        "why": "The difference that makes it necessary: both values, or digests of contents. Never a file's content.",
        "risk": "What doing it may interrupt.",
        "reversible": "Whether it can be undone.",
    },
    "Unknown": {"machine": "The machine's name, or `cluster`.", "cause": "Why it could not be read."},
}


def causes(plan: Plan) -> dict[str, str]:
    """machine -> why it could not be read."""
    return {each.machine: each.cause for each in plan.unknown}


def plan_schema() -> JsonObject:
    """The JSON Schema of the plan document, with what each field means."""
    schema = msgspec.json.schema(Plan)
    for name, fields in _MEANING.items():
        for field, meaning in fields.items():
            schema["$defs"][name]["properties"][field]["description"] = meaning
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Plan", **schema}


def digest(value: object) -> str:
    """sha256 in hex of the value's canonical JSON: dataclasses, structs, sets and addresses included.

    Only what stays put between two readings of an unchanged cluster belongs into it: no clocks, no loads.
    A Secret is a TypeError.
    """
    encoded = msgspec.json.encode(_plain(value), order="deterministic")
    return hashlib.sha256(encoded).hexdigest()


def ensure_fresh(stored: Plan, now: Plan) -> None:
    """Return when the stored plan is still what would be planned now; RefusedError saying what moved."""
    moved: list[str] = []
    if stored.cluster != now.cluster:
        moved.append(f"it was made for the cluster {stored.cluster!r}, not for {now.cluster!r}")
    if stored.spec_digest != now.spec_digest:
        moved.append("the cluster's file has changed")
    if stored.facts_digest != now.facts_digest:
        moved.append("the machines are no longer as they were")
    before = {change.id: change for change in stored.changes}
    after = {change.id: change for change in now.changes}
    moved += _unknown_moved({each.machine for each in stored.unknown}, {each.machine for each in now.unknown})
    both = before.keys() & after.keys()
    moved += _named("no longer needed", before.keys() - after.keys())
    moved += _named("new", after.keys() - before.keys())
    moved += _named("different now", {name for name in both if before[name] != after[name]})
    if not moved and list(before) != list(after):
        moved.append("its changes stand in another order")
    if moved:
        raise RefusedError(
            f"the plan of {stored.created} is stale: " + "; ".join(moved),
            hint="look at a new plan (`seakeep plan`) and apply that one",
        )


def _unknown_moved(before: set[str], now: set[str]) -> list[str]:
    """A machine that has come back has not been planned for, and one that has gone cannot be changed."""
    back, gone = sorted(before - now), sorted(now - before)
    return [
        *([f"answering again: {', '.join(back)}"] if back else []),
        *([f"not answering any more: {', '.join(gone)}"] if gone else []),
    ]


def _refuse_repeats(changes: Iterable[Change]) -> None:
    seen: set[str] = set()
    for change in changes:
        if change.id in seen:
            raise ValueError(f"two changes have the id {change.id}")
        seen.add(change.id)


def _named(word: str, ids: set[str]) -> list[str]:
    if not ids:
        return []
    shown = ", ".join(sorted(ids)[:_NAMED])
    more = f" and {len(ids) - _NAMED} more" if len(ids) > _NAMED else ""
    return [f"{word}: {shown}{more}"]


def _plain(value: object) -> object:
    return msgspec.to_builtins(value, order="deterministic", enc_hook=_leaf, str_keys=True)


def _leaf(value: object) -> object:
    if isinstance(value, IPv4Address | IPv4Network | IPv6Address | IPv6Network | PurePath):
        return str(value)
    if isinstance(value, SecretRef):
        return value.name
    raise TypeError(f"{type(value).__name__} has no place in a digest")
