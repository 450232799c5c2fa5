"""Wanted against found, for objects of the API."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seakeep.artifacts import nodes as node_objects
from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.registry import render_objects
from seakeep.core.errors import RefusedError
from seakeep.engine.model import ApplyObject
from seakeep.phases import nodes
from seakeep.phases.objects import first_difference, key_of, object_difference

from .world import World, as_served, design_of


@pytest.mark.parametrize(
    ("wanted", "found", "why"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, ""),
        ({"a": {"b": [1, {"c": 2}]}}, {"a": {"b": [1, {"c": 2, "d": 3}]}}, ""),
        ({"a": "", "b": [], "c": {}, "d": None, "e": 0, "f": False}, {}, ""),
        ({"a": {}}, {"a": {"b": 1}}, "a is {'b': 1}, wanted empty"),
        ({"a": {}}, {"a": {}}, ""),
        ({"a": "x"}, {}, "a is absent, wanted x"),
        (
            {"automountServiceAccountToken": False},
            {},
            "automountServiceAccountToken is absent, wanted False",
        ),
        ({"a": {"b": "x"}}, {"a": {}}, "a.b is absent, wanted x"),
        ({"a": 1}, {"a": 2}, "a is 2, wanted 1"),
        ({"a": "1"}, {"a": 1}, "a is 1, wanted 1"),
        ({"a": {"b": 1}}, {"a": [1]}, "a is [1], wanted fields"),
        ({"a": {"b": 1}}, {"a": None}, "a is None, wanted fields"),
        ({"a": [1]}, {"a": "1"}, "a is 1, wanted a list"),
        ({"a": [1, 2]}, {"a": [1]}, "a has 1 entries, wanted 2"),
        ({"a": [1]}, {"a": [1, 2]}, "a has 2 entries, wanted 1"),
        ({"a": []}, {"a": [1]}, "a has 1 entries, wanted 0"),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, "a[1].b is 3, wanted 2"),
        ({"b": 1, "a": 1}, {}, "a is absent, wanted 1"),
        ({"a": "x" * 99}, {"a": "y"}, f"a is y, wanted {'x' * 57}..."),
        ({"a": 1}, "text", "object is text, wanted fields"),
    ],
)
def test_the_first_difference(wanted: Any, found: Any, why: str) -> None:
    assert first_difference(wanted, found) == why


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.text(max_size=4), inner, max_size=4)),
    max_leaves=12,
)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How fast a busy machine makes examples says nothing about what is tested."""
OBJECTS = st.dictionaries(st.text(max_size=4), JSON, max_size=4)


@unhurried
@given(body=OBJECTS, more=OBJECTS)
def test_what_is_as_wanted_never_differs_whatever_others_add(body: dict[str, Any], more: dict[str, Any]) -> None:
    assert first_difference(body, body) == ""
    assert first_difference(body, {**more, **body}) == ""


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of every value that is neither a list nor an object."""
    if isinstance(value, dict):
        return [found for key, each in value.items() for found in leaves(each, (*path, key))]
    if isinstance(value, list):
        return [found for index, each in enumerate(value) for found in leaves(each, (*path, index))]
    return [path]


@unhurried
@given(body=OBJECTS.filter(leaves), data=st.data())
def test_a_changed_leaf_is_always_found(body: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(leaves(body)))
    found = copy.deepcopy(body)
    place: Any = found
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = f"not {place[path[-1]]}"
    assert first_difference(body, found) != ""


@unhurried
@given(wanted=JSON, found=JSON)
def test_any_two_values_can_be_compared(wanted: Any, found: Any) -> None:
    assert isinstance(first_difference(wanted, found), str)


@pytest.mark.parametrize("each", render_objects(design_of()), ids=lambda each: f"{each.kind}-{each.name}")
def test_every_object_of_ours_differs_when_absent_and_not_when_served(each: KubeObject) -> None:
    assert object_difference(each, None) == "the cluster has no API yet"
    assert object_difference(each, {}) == "does not exist"
    assert object_difference(each, {key_of(each): as_served(each)}) == ""


def node_plan(change: dict[str, Any]) -> list[KubeObject]:
    """What is planned where b-worker1 is served with these fields in its spec."""
    world = World.converged()
    assert world.objects is not None
    wanted = next(each for each in node_objects.render(world.design) if each.name == "b-worker1")
    served: Any = copy.deepcopy(as_served(wanted))
    served["spec"] |= change
    world.objects[key_of(wanted)] = served
    return [step.action.object for step in nodes.plan(world.context()) if isinstance(step.action, ApplyObject)]


OURS = {"key": "storage", "value": "hdd", "effect": "NoSchedule"}
CORDON = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule", "timeAdded": "2026-11-23T22:10:05Z"}


def test_taints_of_others_are_no_drift_and_are_kept() -> None:
    assert node_plan({"taints": [CORDON, OURS]}) == []
    assert node_plan({"taints": [{**OURS, "timeAdded": "2026-11-23T22:10:05Z"}]}) == []
    (planned,) = node_plan({"taints": [CORDON]})
    spec: Any = planned.body["spec"]
    assert spec["taints"] == [CORDON, OURS]


def test_a_taint_with_another_effect_is_another_taint() -> None:
    (planned,) = node_plan({"taints": [{**OURS, "effect": "NoExecute"}]})
    spec: Any = planned.body["spec"]
    assert spec["taints"] == [{**OURS, "effect": "NoExecute"}, OURS]


def test_other_fields_of_a_nodes_spec_belong_to_others() -> None:
    assert node_plan({"unschedulable": True, "providerID": "x"}) == []


def test_a_node_that_lives_with_another_pod_range_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"node b-worker1 lives with the pod range 10\.9\.9\.0/24"):
        node_plan({"podCIDR": "10.9.9.0/24"})
    assert len(node_plan({"podCIDR": "", "podCIDRs": None})) == 1
