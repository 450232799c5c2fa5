import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator

from seakeep.core.change import Risk
from seakeep.core.errors import RefusedError, UsageError
from seakeep.core.secret import Secret, SecretRef
from seakeep.engine.model import Script, Step
from seakeep.engine.plan import Plan, Unknown, digest, ensure_fresh, make_plan, plan_schema
from seakeep.engine.stage import Stage

from .sim import change, step

GONE = Unknown("m", "no route to host")
NOW = datetime(2026, 11, 23, 22, 10, 5, tzinfo=UTC)


def stages() -> tuple[Stage, ...]:
    return (
        Stage("one", "One", tuple(step(h, n, Script("true")) for h, n in [("b", "z"), ("a", "y"), ("b", "a")])),
        Stage(
            "two",
            "Two",
            (
                step("cluster", "object", Script("")),
                step("c", "restart", Script("true"), "etcd"),
                step("operator", "key", Script("")),
                step("b", "restart", Script("true"), "etcd"),
                step("a", "file", Script("true")),
            ),
        ),
    )


def plan(**changed: object) -> Plan:
    made = make_plan(cluster="x", created=NOW, spec_digest="s", facts_digest="f", stages=stages())
    return msgspec.structs.replace(made, **changed)


def test_changes_stand_in_the_order_of_doing() -> None:
    assert [c.id for c in plan().changes] == [
        "a/test/y",
        "b/test/z",
        "b/test/a",
        "operator/test/key",
        "a/test/file",
        "c/test/restart",
        "b/test/restart",
        "cluster/test/object",
    ]


def test_the_document_reads_back_as_it_was_written() -> None:
    text = plan().to_json()

    assert Plan.from_json(text) == plan()
    assert plan().to_json() == text
    document = json.loads(text)
    assert (document["apiVersion"], document["kind"]) == ("seakeep/v1", "Plan")
    assert document["created"] == "2026-11-23T22:10:05Z"
    assert document["changes"][0]["risk"] == "none"


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"[]", b'{"apiVersion":"seakeep/v2","kind":"Plan"}', b'{"kind":"Cluster"}', b"\xff\xfe"],
)
def test_what_is_no_plan_is_refused_with_its_name(text: bytes) -> None:
    with pytest.raises(UsageError, match=r"p\.json"):
        Plan.from_json(text, source="p.json")


def test_totals() -> None:
    changes = tuple(change("a", str(n), risk=risk) for n, risk in enumerate([Risk.NONE, Risk.NONE, Risk.QUORUM]))
    irreversible = msgspec.structs.replace(plan(), changes=changes)

    totals = irreversible.totals()

    assert (totals.changes, totals.hosts, totals.none, totals.quorum, totals.disruptive) == (3, 1, 2, 1, 0)
    assert plan(changes=()).empty


def test_two_changes_with_one_id_are_a_bug() -> None:
    twice = Stage("x", "X", (step("a", "y", Script("")), step("a", "y", Script(""))))

    with pytest.raises(ValueError, match="a/test/y"):
        make_plan(cluster="x", created=NOW, spec_digest="", facts_digest="", stages=[twice])


def test_the_same_plan_is_fresh() -> None:
    ensure_fresh(plan(), plan(created="2026-11-24T00:00:00Z"))


@pytest.mark.parametrize(
    ("moved", "says"),
    [
        ({"cluster": "y"}, "made for the cluster"),
        ({"spec_digest": "other"}, "file has changed"),
        ({"facts_digest": "other"}, "no longer as they were"),
        ({"changes": plan().changes[1:]}, "no longer needed: a/test/y"),
        ({"changes": (*plan().changes, change("z", "q"))}, "new: z/test/q"),
        ({"changes": (change("a", "y", risk=Risk.QUORUM), *plan().changes[1:])}, "different now: a/test/y"),
    ],
)
def test_a_stale_plan_is_refused_with_what_moved(moved: dict[str, object], says: str) -> None:
    with pytest.raises(RefusedError, match=says) as caught:
        ensure_fresh(plan(), plan(**moved))

    assert "seakeep plan" in caught.value.hint


def test_a_long_list_is_counted() -> None:
    with pytest.raises(RefusedError, match="and 3 more"):
        ensure_fresh(plan(), plan(changes=()))


@dataclass(frozen=True)
class Sample:
    names: frozenset[str]
    address: IPv4Address
    ref: SecretRef


def test_digests_depend_on_values_only() -> None:
    one = Sample(frozenset("abcdef"), IPv4Address("10.0.0.1"), SecretRef("pki/a.key"))
    two = Sample(frozenset("fedcba"), IPv4Address("10.0.0.1"), SecretRef("pki/a.key"))

    assert digest(one) == digest(two)
    assert digest({"b": 1, "a": 2}) == digest({"a": 2, "b": 1})
    assert digest(one) != digest(Sample(one.names, IPv4Address("10.0.0.2"), one.ref))


def test_a_secret_has_no_digest_here() -> None:
    with pytest.raises(TypeError, match="Secret"):
        digest({"key": Secret(b"x")})


def test_the_schema_names_every_field_and_says_what_it_means() -> None:
    definitions: Any = plan_schema()["$defs"]
    document = json.loads(plan(unknown=(GONE,)).to_json())

    assert set(definitions["Plan"]["properties"]) == set(document)
    assert set(definitions["Change"]["properties"]) == set(document["changes"][0])
    assert set(definitions["Unknown"]["properties"]) == set(document["unknown"][0])
    assert set(definitions["Risk"]["enum"]) == {risk.value for risk in Risk}
    for name in ("Plan", "Change", "Unknown"):
        undescribed = [f for f, what in definitions[name]["properties"].items() if "description" not in what]
        assert undescribed == (["kind"] if name == "Plan" else [])


def test_a_plan_is_what_its_schema_says_and_nothing_else_is() -> None:
    schema: Any = plan_schema()
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    document = json.loads(plan(unknown=(GONE,)).to_json())
    validator.validate(document)
    validator.validate(json.loads(plan(changes=()).to_json()))
    for wrong in (
        {**document, "apiVersion": "seakeep/v2"},
        {**document, "more": 1},
        {key: value for key, value in document.items() if key != "factsDigest"},
        {**document, "changes": [{**document["changes"][0], "risk": "some"}]},
    ):
        assert not validator.is_valid(wrong)


@pytest.mark.parametrize(
    ("change_document", "why"),
    [
        (lambda d: d | {"apiVersion": "seakeep/v2"}, "of version 'seakeep/v2'; this Seakeep reads plans of seakeep/v1"),
        (lambda d: d | {"kind": "Cluster"}, "is not a plan"),
        (lambda d: d | {"approved": True}, "is not a plan"),
        (lambda d: d | {"changes": [*d["changes"], d["changes"][0]]}, "two changes have the id a/test/y"),
        (lambda d: d | {"changes": [{**d["changes"][0], "risk": "harmless"}]}, "is not a plan"),
        (lambda d: d | {"changes": [{"id": "x"}]}, "is not a plan"),
    ],
)
def test_what_was_made_of_a_plan_by_hand_is_not_read(change_document: Any, why: str) -> None:
    text = json.dumps(change_document(json.loads(plan().to_json()))).encode()
    with pytest.raises(UsageError, match=why):
        Plan.from_json(text, source="p.json")


@pytest.mark.parametrize(
    ("change_document", "why"),
    [
        (lambda d: d | {"cluster": "y"}, "made for the cluster 'y', not for 'x'"),
        (lambda d: d | {"specDigest": "0"}, "the cluster's file has changed"),
        (lambda d: d | {"factsDigest": "0"}, "no longer as they were"),
        (lambda d: d | {"changes": d["changes"][1:]}, "new: a/test/y"),
        (lambda d: d | {"changes": d["changes"][::-1]}, "in another order"),
        (lambda d: d | {"changes": [{**c, "risk": "none"} for c in d["changes"]]}, "different now"),
        (lambda d: d | {"changes": [{**c, "why": "believe me"} for c in d["changes"]]}, "different now"),
        (lambda d: d | {"unknown": [{"machine": "z", "cause": "c"}]}, "answering again: z"),
    ],
)
def test_a_plan_that_was_tampered_with_is_stale(change_document: Any, why: str) -> None:
    document = json.loads(plan(changes=tuple(replace(c, risk=Risk.RESTART) for c in plan().changes)).to_json())
    now = Plan.from_json(json.dumps(document).encode())
    tampered = Plan.from_json(json.dumps(change_document(document)).encode())
    ensure_fresh(now, now)
    with pytest.raises(RefusedError, match=why):
        ensure_fresh(tampered, now)


def test_a_machine_that_has_gone_since_makes_a_plan_stale() -> None:
    ensure_fresh(plan(unknown=(GONE,)), plan(unknown=(Unknown("m", "another cause"),)))
    with pytest.raises(RefusedError, match="not answering any more: m"):
        ensure_fresh(plan(), plan(unknown=(GONE,)))


def test_steps_keep_their_order_on_a_host() -> None:
    steps: tuple[Step, ...] = tuple(step("a", str(n), Script("")) for n in (3, 1, 2))

    [part] = Stage("s", "S", steps).parts()

    assert part.steps == steps
