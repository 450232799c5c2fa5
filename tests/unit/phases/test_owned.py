"""What of the API was once Seakeep's and is asked for no longer, told from the API server's own record."""

import copy
from typing import Any

import pytest

from seakeep.artifacts.base import KubeObject
from seakeep.artifacts.registry import render_objects
from seakeep.core.change import Risk
from seakeep.core.json import JsonObject
from seakeep.engine.model import ApplyObject, DeleteObject
from seakeep.phases import network, nodes, prune_objects
from seakeep.phases.objects import key_of, object_difference
from seakeep.phases.owned import applied, no_longer_wanted

from .world import World, as_served, design_of

OTHERS = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:data": {"f:theirs": {}}}}


def record(fields: Any, **change: Any) -> dict[str, Any]:
    return {"manager": "seakeep", "operation": "Apply", "fieldsV1": fields, **change}


def fields_of(value: Any) -> Any:
    """fieldsV1 of a document, with every list taken as one value."""
    if isinstance(value, dict):
        return {f"f:{key}": fields_of(inner) for key, inner in value.items()}
    return {}


def served(wanted: KubeObject, *records: dict[str, Any]) -> Any:
    found: Any = copy.deepcopy(as_served(wanted))
    found["metadata"]["managedFields"] = list(records)
    return found


@pytest.mark.parametrize(
    ("fields", "wanted", "surplus"),
    [
        ({}, {}, ""),
        ({"f:a": {}}, {"a": 1, "b": 2}, ""),
        ({"f:a": {}}, {"b": 2}, "a"),
        ({"f:a": {".": {}, "f:b": {}}}, {"a": {"b": None}}, ""),
        ({"f:a": {".": {}, "f:b": {}, "f:c": {}}}, {"a": {"b": 1}}, "a.c"),
        ({"f:b": {}, "f:a": {}}, {}, "a"),
        ({"f:l": {'v:"x"': {}, "v:1": {}}}, {"l": ["x", 1]}, ""),
        ({"f:l": {'v:"x"': {}, 'v:"y"': {}}}, {"l": ["x"]}, 'l["y"]'),
        ({"f:l": {'k:{"name":"x"}': {".": {}, "f:name": {}}}}, {"l": [{"name": "x"}]}, ""),
        ({"f:l": {'k:{"name":"y"}': {".": {}}}}, {"l": [{"name": "x"}]}, "l[name=y]"),
        ({"f:l": {'k:{"name":"x"}': {"f:image": {}}}}, {"l": [{"name": "x"}]}, "l[name=x].image"),
        # The API fills in what a list's elements are told apart by.
        ({"f:ports": {'k:{"port":53,"protocol":"TCP"}': {"f:port": {}}}}, {"ports": [{"port": 53}]}, ""),
        ({"f:l": {"k:nonsense": {}, "v:nonsense": {}}}, {"l": []}, "l[]"),
    ],
)
def test_the_first_field_that_is_asked_for_no_longer(fields: Any, wanted: Any, surplus: str) -> None:
    assert no_longer_wanted(fields, wanted) == surplus


@pytest.mark.parametrize(
    "entry",
    [
        OTHERS,
        record({"f:x": {}}, manager="kubectl"),
        record({"f:x": {}}, operation="Update"),
        record({"f:x": {}}, subresource="status"),
        "nonsense",
    ],
)
def test_what_others_have_written_is_not_ours(entry: Any) -> None:
    assert applied({"metadata": {"managedFields": [entry]}}) is None
    assert applied({"metadata": {"managedFields": [entry, record({"f:y": {}})]}}) == {"f:y": {}}


@pytest.mark.parametrize("found", [{}, {"metadata": None}, {"metadata": {"managedFields": "x"}}])
def test_an_object_without_a_record_is_not_ours(found: JsonObject) -> None:
    assert applied(found) is None


@pytest.mark.parametrize("each", render_objects(design_of()), ids=lambda each: f"{each.kind}-{each.name}")
def test_no_object_of_ours_has_too_much_when_it_is_as_applied(each: KubeObject) -> None:
    fields = fields_of(each.body)
    assert object_difference(each, {key_of(each): served(each, OTHERS, record(fields))}) == ""
    extra = {**fields, "f:metadata": {**fields["f:metadata"], "f:labels": {"f:old/label": {}}}}
    why = object_difference(each, {key_of(each): served(each, OTHERS, record(extra))})
    assert why == "metadata.labels.old/label was put there by Seakeep and is no longer asked for"


def node_step(recorded: str, taints: list[dict[str, str]]) -> Any:
    """What is applied to b-worker1 where it is served with these taints and this record of ours."""
    world = World.converged()
    assert world.objects is not None
    key = ("v1", "Node", "", "b-worker1")
    found: Any = copy.deepcopy(world.objects[key])
    found["metadata"]["annotations"]["seakeep.io/taints"] = recorded
    found["spec"]["taints"] = taints
    world.objects[key] = found
    steps = list(nodes.plan(world.context()))
    assert all(isinstance(step.action, ApplyObject) for step in steps)
    return [(step.change.why, step.action.object.body["spec"]["taints"]) for step in steps]  # type: ignore[union-attr]


OURS = {"key": "storage", "value": "hdd", "effect": "NoSchedule"}
OLD = {"key": "disk", "effect": "NoExecute"}
THEIRS = {"key": "maintenance", "value": "me", "effect": "NoSchedule"}


def test_a_taint_that_the_file_no_longer_asks_for_goes_and_those_of_others_stay() -> None:
    (step,) = node_step("disk:NoExecute,storage=hdd:NoSchedule", [THEIRS, OLD, OURS])
    assert step[0].startswith("metadata.annotations.seakeep.io/taints is disk:NoExecute,storage=hdd:NoSchedule, wanted")
    assert step[1] == [THEIRS, OURS]


def test_a_taint_that_we_never_put_there_stays_whatever_it_is_called() -> None:
    assert node_step("storage=hdd:NoSchedule", [OLD, THEIRS, OURS]) == []


def test_a_changed_taint_is_put_right_beside_the_one_that_somebody_made_of_it() -> None:
    changed = {**OURS, "value": "ssd"}
    ((why, taints),) = node_step("storage=hdd:NoSchedule", [changed])
    assert why == "spec.taints has 1 entries, wanted 2"
    assert taints == [changed, OURS]


def once_ours(kind: str, name: str, namespace: str, *records: dict[str, Any], uid: str = "u-1") -> Any:
    metadata = {"name": name, "namespace": namespace, "uid": uid, "managedFields": list(records)}
    return {"kind": kind, "metadata": metadata}


def test_objects_that_the_file_no_longer_asks_for_are_deleted_and_no_others() -> None:
    world = World.converged()
    assert world.objects is not None
    ours = record({"f:data": {}})
    found = {
        ("v1", "ConfigMap", "kube-flannel", "old"): once_ours("ConfigMap", "old", "kube-flannel", OTHERS, ours),
        ("apps/v1", "DaemonSet", "kube-flannel", "old"): once_ours("DaemonSet", "old", "kube-flannel", ours),
        # A copy of one of ours, label included, that a person made; a kind that is never pruned; one without a uid.
        ("v1", "ConfigMap", "default", "copy"): once_ours("ConfigMap", "copy", "default", OTHERS),
        ("v1", "Namespace", "", "kept"): once_ours("Namespace", "kept", "", ours),
        ("v1", "Node", "", "gone"): once_ours("Node", "gone", "", ours),
        ("v1", "Service", "default", "odd"): once_ours("Service", "odd", "default", ours, uid=""),
    }
    world.objects |= found
    steps = list(prune_objects.plan(world.context()))
    assert [(step.change.what, step.change.risk) for step in steps] == [
        ("delete DaemonSet kube-flannel/old", Risk.DISRUPTIVE),
        ("delete ConfigMap kube-flannel/old", Risk.NONE),
    ]
    actions = [step.action for step in steps]
    assert all(isinstance(action, DeleteObject) and action.uid == "u-1" for action in actions)
    assert list(network.plan(world.context())) == []


def test_without_an_api_nothing_is_deleted() -> None:
    world = World.converged()
    world.objects = None
    assert list(prune_objects.plan(world.context())) == []


def test_every_kind_that_is_rendered_is_looked_through_except_nodes_and_namespaces() -> None:
    designs = (design_of(), design_of("tenants"))
    rendered = {(each.api_version, each.kind) for design in designs for each in render_objects(design)}
    assert rendered - set(prune_objects.KINDS) <= {("v1", "Node"), ("v1", "Namespace")}
