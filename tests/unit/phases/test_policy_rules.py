"""The enforcer's rules go with it, and nobody else's do."""

import os
import shutil
import subprocess
from dataclasses import replace

import pytest

from seakeep.artifacts import kube_router
from seakeep.artifacts.registry import render_objects
from seakeep.facts.policy_rules import MARK
from seakeep.flows.planning import ORDER
from seakeep.phases import network, policy_rules, prune_objects
from seakeep.phases.objects import key_of

from .world import World, as_served


def enforced() -> World:
    world = World.converged("tenants")
    world.design = replace(world.design, network=replace(world.design.network, policy_enforcer="kube-router"))
    world.objects = {key_of(each): as_served(each) for each in render_objects(world.design)}
    for box in world.boxes.values():
        box.policy_rules = True
    return world


def without_enforcer() -> World:
    world = enforced()
    world.design = replace(world.design, network=replace(world.design.network, policy_enforcer=None))
    return world


def test_the_fact_looks_where_the_pods_leave_their_mark() -> None:
    assert kube_router.MARK == MARK


def test_nothing_is_done_while_it_enforces() -> None:
    context = enforced().context()
    assert [*network.plan(context), *policy_rules.plan(context)] == []


def test_without_it_the_nodes_are_rid_of_its_rules_once() -> None:
    world = without_enforcer()
    (step,) = policy_rules.plan(world.context())
    assert step.change.id == "shared/policy_rules/rules"
    assert step.change.what == "remove the rules of kube-router"
    world.do(step)
    assert list(policy_rules.plan(world.context())) == []


def test_what_no_mark_tells_of_is_somebody_elses() -> None:
    world = without_enforcer()
    world.boxes["shared"].policy_rules = False
    assert list(policy_rules.plan(world.context())) == []


def test_it_comes_after_the_objects_that_would_put_the_rules_back() -> None:
    assert ORDER.index("cluster") < ORDER.index("policies") < ORDER.index("drain")


def test_it_is_told_when_policies_begin_to_hold() -> None:
    world, before = enforced(), without_enforcer()
    assert world.objects is not None
    without = {key: found for key, found in world.objects.items() if key[1] != "DaemonSet"}
    assert network.begins_to_enforce(world.design, without)
    assert not network.begins_to_enforce(world.design, world.objects)
    assert not network.begins_to_enforce(before.design, without)


def test_its_objects_are_pruned_with_it() -> None:
    world = without_enforcer()
    wanted = {key_of(each) for each in render_objects(enforced().design)}
    gone = wanted - {key_of(each) for each in render_objects(world.design)}
    assert {(key[1], key[3]) for key in gone} == {
        ("ServiceAccount", "kube-router"),
        ("ClusterRole", "seakeep:kube-router"),
        ("ClusterRoleBinding", "seakeep:kube-router"),
        ("DaemonSet", "kube-router"),
    }
    assert {key[:2] for key in gone} <= set(prune_objects.KINDS)


_THERE = """\
set -eu
mount -t tmpfs none /run
iptables-nft -N KUBE-ROUTER-FORWARD
iptables-nft -N KUBE-ROUTER-INPUT
iptables-nft -N KUBE-POD-FW-AAAAAAAAAAAAAAAA
iptables-nft -N KUBE-NWPLCY-BBBBBBBBBBBBBBBB
iptables-nft -N KUBE-FIREWALL
iptables-nft -A FORWARD -m comment --comment 'kube-router netpol - AB' -j KUBE-ROUTER-FORWARD
iptables-nft -A INPUT -j KUBE-ROUTER-INPUT
iptables-nft -A INPUT -s 127.0.0.9 -j KUBE-FIREWALL
iptables-nft -A FORWARD -d 192.0.2.9 -j DROP
iptables-nft -A KUBE-ROUTER-FORWARD -m physdev --physdev-is-bridged -d 10.0.0.1 -j KUBE-POD-FW-AAAAAAAAAAAAAAAA
iptables-nft -A KUBE-POD-FW-AAAAAAAAAAAAAAAA -m comment --comment 'run' -j KUBE-NWPLCY-BBBBBBBBBBBBBBBB
iptables-nft -A KUBE-POD-FW-AAAAAAAAAAAAAAAA -m mark ! --mark 0x10000/0x10000 -j REJECT
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root for a network namespace")
@pytest.mark.skipif(not (shutil.which("iptables-nft") and shutil.which("nft")), reason="needs iptables and nftables")
@pytest.mark.parametrize("ours", [True, False])
def test_only_its_rules_are_removed_and_only_where_they_are_ours(ours: bool) -> None:
    mark = f"mkdir {MARK}\n" if ours else ""
    script = f"{_THERE}{mark}{policy_rules.REMOVE}{policy_rules.REMOVE}echo ===\niptables-nft -S\nls /run\n"
    done = subprocess.run(
        ["unshare", "--net", "--mount", "/bin/sh", "-s"], input=script, capture_output=True, text=True, check=True
    )
    left = done.stdout.partition("===\n")[2]
    assert "-A INPUT -s 127.0.0.9/32 -j KUBE-FIREWALL" in left
    assert "-A FORWARD -d 192.0.2.9/32 -j DROP" in left
    found = [name for name in ("KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-") if name in left]
    assert found == ([] if ours else ["KUBE-ROUTER-", "KUBE-POD-FW-", "KUBE-NWPLCY-"])
    assert "seakeep-kube-router" not in left
