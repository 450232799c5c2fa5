"""What others add to objects of ours: found where nothing may be added, named so that it can be taken away."""

import copy
from typing import Any

import pytest
from hypothesis import given
from tests.unit.phases.test_objects import OBJECTS, unhurried

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.registry import render_objects
from seakeep.core.json import JsonObject
from seakeep.phases.foreign import foreign
from seakeep.phases.objects import first_difference, object_difference

from .world import as_served, design_of

RENDERED = {
    (each.kind, each.name): each for name in ("three-sites", "tenants") for each in render_objects(design_of(name))
}


def removed(found: Any, pointers: tuple[str, ...]) -> Any:
    """As the API carries a JSON patch out, one removal after the other."""
    found = copy.deepcopy(found)
    for pointer in pointers:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
        place = found
        for part in way:
            place = place[int(part) if isinstance(place, list) else part]
        del place[int(last) if isinstance(place, list) else last]
    return found


def an_object(kind: str, /, **body: Any) -> KubeObject:
    return KubeObject(api_version="v1", kind=kind, name="x", namespace=None, body=body)


@pytest.mark.parametrize("each", RENDERED.values(), ids=lambda each: f"{each.kind}-{each.name}")
def test_nothing_of_ours_is_foreign(each: KubeObject) -> None:
    assert foreign(each, as_served(each)) == ()


PORT = {"name": "dns", "port": 53, "protocol": "UDP"}
THEIRS = {"name": "evil", "port": 9999, "protocol": "TCP"}
CONTAINER = {"name": "a", "image": "a:1", "env": [{"name": "X", "value": "1"}], "args": ["-v"]}


@pytest.mark.parametrize(
    ("wanted", "found", "pointers"),
    [
        ({"ports": [PORT]}, {"ports": [PORT, THEIRS]}, ["/ports/1"]),
        ({"ports": [PORT]}, {"ports": [THEIRS, PORT, THEIRS]}, ["/ports/2", "/ports/0"]),
        ({"ports": [PORT]}, {"ports": [{**PORT, "targetPort": 53}], "clusterIP": "10.96.0.10"}, []),
        ({"c": [CONTAINER]}, {"c": [{"name": "b", "image": "b"}, {**CONTAINER, "tty": True}]}, ["/c/0"]),
        (
            {"c": [CONTAINER]},
            {"c": [{**CONTAINER, "env": [{"name": "Y", "value": "2"}, {"name": "X", "value": "1"}]}]},
            ["/c/0/env/0"],
        ),
        ({"a": ["x", "y"]}, {"a": ["x", "z", "y"]}, ["/a/1"]),
        ({"a": []}, {"a": [1, 2]}, ["/a/1", "/a/0"]),
        ({"a": {}}, {"a": {"b/c~d": 1, "e": 2}}, ["/a/b~1c~0d", "/a/e"]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, []),
        ({"a": [1]}, {"a": "x"}, []),
        ({"a": 1}, {}, []),
    ],
)
def test_what_was_added_is_named(wanted: JsonObject, found: JsonObject, pointers: list[str]) -> None:
    each = an_object("Service", **wanted)
    assert list(foreign(each, found)) == pointers
    assert first_difference(wanted, removed(found, tuple(pointers))) == first_difference(wanted, found) or pointers
    assert foreign(each, removed(found, tuple(pointers))) == ()


@unhurried
@given(body=OBJECTS, found=OBJECTS)
def test_taking_it_away_leaves_nothing_foreign(body: dict[str, Any], found: dict[str, Any]) -> None:
    each = an_object("Service", **body)
    left = removed(found, foreign(each, found))
    assert foreign(each, left) == ()
    assert foreign(each, body) == ()


@pytest.mark.parametrize(
    ("kind", "name", "more", "why"),
    [
        ("NetworkPolicy", "seakeep-default-deny", {"ingress": [{}]}, "spec.ingress"),
        ("NetworkPolicy", "seakeep-default-deny", {"podSelector": {"matchLabels": {"a": "b"}}}, "spec.podSelector is "),
        (
            "NetworkPolicy",
            "seakeep-allow-own",
            {"ingress": [{"from": [{"podSelector": {}, "namespaceSelector": {}}]}]},
            "spec.ingress.0.from.0.namespaceSelector",
        ),
        (
            "ValidatingAdmissionPolicyBinding",
            "seakeep-node-registration",
            {"matchResources": {"namespaceSelector": {"matchLabels": {"a": "b"}}}},
            "spec.matchResources",
        ),
        (
            "ValidatingAdmissionPolicy",
            "seakeep-node-registration",
            {"matchConditions": [{"name": "never", "expression": "false"}]},
            "spec.matchConditions",
        ),
    ],
)
def test_a_rule_that_opens_what_is_closed_is_drift(kind: str, name: str, more: dict[str, Any], why: str) -> None:
    each = RENDERED[kind, name]
    served: Any = as_served(each)
    served = {**served, "spec": {**served["spec"], **more}}
    reason = object_difference(each, {(each.api_version, kind, each.namespace or "", name): served})
    assert reason.startswith(why)
    assert (
        object_difference(
            each, {(each.api_version, kind, each.namespace or "", name): removed(served, foreign(each, served))}
        )
        == ""
    )


def test_what_the_api_adds_by_itself_is_no_drift() -> None:
    each = RENDERED["ValidatingAdmissionPolicy", "seakeep-node-registration"]
    served: Any = copy.deepcopy(as_served(each))
    served["spec"]["matchConstraints"] |= {"matchPolicy": "Equivalent", "namespaceSelector": {}, "objectSelector": {}}
    served["spec"]["matchConstraints"]["resourceRules"][0]["scope"] = "*"
    assert foreign(each, served) == ()
