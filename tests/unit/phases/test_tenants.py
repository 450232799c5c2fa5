"""What becomes of tenants' objects: drift, and a tenant that leaves the file."""

from dataclasses import replace
from typing import Any

from seakeep.artifacts import tenants as objects
from seakeep.phases import prune_objects, tenants
from seakeep.transport.api import FIELD_MANAGER

from .world import World


def living(*, without: str) -> World:
    """A cluster that was applied with all tenants, and a file that lacks one. Everything is recorded as Seakeep's."""
    world = World.converged("tenants")
    assert world.objects is not None
    entry = {"manager": FIELD_MANAGER, "operation": "Apply", "fieldsV1": {"f:metadata": {}}}
    made: dict[Any, Any] = {}
    for key, found in world.objects.items():
        metadata = found["metadata"]
        assert isinstance(metadata, dict)
        made[key] = {**found, "metadata": {**metadata, "managedFields": [entry]}}
    world.objects = made
    design = world.design
    world.design = replace(design, tenants=tuple(each for each in design.tenants if each.name != without))
    return world


def pruned(world: World) -> list[str]:
    return [step.change.what for step in prune_objects.plan(world.context())]


def test_nothing_is_done_while_all_is_as_wanted() -> None:
    world = World.converged("tenants")
    assert list(tenants.plan(world.context())) == []
    assert pruned(world) == []
    assert tenants.former(world.design, world.objects) == ()


def test_what_was_loosened_is_found_and_put_back() -> None:
    world = World.converged("tenants")
    assert world.objects is not None
    namespace = world.objects["v1", "Namespace", "", "shop"]
    labels = {**namespace["metadata"]["labels"], "pod-security.kubernetes.io/enforce": "privileged"}  # type: ignore[index,call-overload,dict-item]
    quota = world.objects["v1", "ResourceQuota", "bank", objects.QUOTA]
    world.objects |= {
        ("v1", "Namespace", "", "shop"): {**namespace, "metadata": {"labels": labels}},
        ("v1", "ResourceQuota", "bank", objects.QUOTA): {**quota, "spec": {"hard": {"pods": "9999"}}},
    }
    del world.objects["networking.k8s.io/v1", "NetworkPolicy", "shop", objects.DENY]  # type: ignore[attr-defined]
    found = {step.change.what: step.change.why for step in tenants.plan(world.context())}
    assert list(found) == [
        "apply Namespace shop",
        "apply NetworkPolicy shop/seakeep-default-deny",
        "apply ResourceQuota bank/seakeep-quota",
    ]
    assert "is privileged, wanted baseline" in found["apply Namespace shop"]


def test_a_tenant_that_leaves_is_shut_out_and_all_of_it_is_kept() -> None:
    world = living(without="bank")
    assert pruned(world) == ["delete RoleBinding bank/seakeep:tenant", "delete Role bank/seakeep:tenant"]
    assert tenants.former(world.design, world.objects) == ("bank",)
    assert list(tenants.plan(world.context())) == []


def test_the_last_tenant_leaves_like_the_others() -> None:
    world = living(without="bank")
    world.design = replace(world.design, tenants=())
    kinds = {what.split()[1] for what in pruned(world)}
    assert kinds == {"RoleBinding", "Role", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
    assert tenants.former(world.design, world.objects) == ("bank", "shop")


def test_a_namespace_that_a_person_made_is_nobodys_former_tenant() -> None:
    world = World.converged("tenants")
    mine = {"kind": "Namespace", "metadata": {"name": "copy", "labels": {objects.LABEL: "copy"}}}
    world.objects = {**(world.objects or {}), ("v1", "Namespace", "", "copy"): mine}
    assert tenants.former(world.design, world.objects) == ()


def test_a_tenant_that_is_not_isolated_any_more_loses_its_policies() -> None:
    world = living(without="")
    world.design = replace(world.design, tenants=tuple(replace(each, isolated=False) for each in world.design.tenants))
    assert {what.split()[1] for what in pruned(world)} == {"NetworkPolicy"}
    assert len(pruned(world)) == 7
