from ipaddress import IPv4Network
from pathlib import Path

import pytest
import yaml

from seakeep.spec.filled import completed, filled
from seakeep.spec.load import load, parse
from seakeep.spec.starter import starter

EXAMPLES = sorted((Path(__file__).parents[3] / "examples").glob("*.yaml"))
HEAD = "apiVersion: seakeep/v1\nkind: Cluster\nmetadata: {name: demo}\nspec:\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_completed_file_loads_and_is_complete(path: Path) -> None:
    once = completed(load(path))
    again = parse(yaml.safe_dump(once, sort_keys=False).encode(), path)

    assert completed(again) == once


def test_the_sites_are_those_that_machines_name() -> None:
    text = HEAD + (
        "  machines:\n"
        "    - {name: m1, address: 192.0.2.1, roles: [etcd], site: z}\n"
        "    - {name: m2, address: 192.0.2.2, roles: [etcd], site: y}\n"
        "    - {name: m3, address: 192.0.2.3, roles: [etcd], site: z}\n"
    )

    assert filled(parse(text.encode(), Path("x")).given).spec.sites == ("z", "y")


def test_one_site_needs_no_mention() -> None:
    text = HEAD + "  sites: [here]\n  machines: [{name: m1, address: 192.0.2.1, roles: [etcd]}]\n"

    assert filled(parse(text.encode(), Path("x")).given).spec.machines[0].site == "here"


def test_a_site_is_not_guessed_among_several() -> None:
    text = HEAD + "  sites: [a, b, c]\n  machines: [{name: m1, address: 192.0.2.1, roles: [etcd]}]\n"

    assert filled(parse(text.encode(), Path("x")).given).spec.machines[0].site is None


def test_a_machine_overrides_what_it_says_of_ssh_and_no_more() -> None:
    text = HEAD + (
        "  ssh: {user: ops, port: 2022, key: /k}\n"
        "  machines: [{name: m1, address: 192.0.2.1, roles: [etcd], ssh: {port: 2222}}]\n"
    )
    ssh = filled(parse(text.encode(), Path("x")).given).spec.machines[0].ssh

    assert (ssh.user, ssh.port, ssh.key) == ("ops", 2222, "/k")


TENANT = "    - {name: shop, groups: [team]%s}\n"


@pytest.mark.parametrize(
    ("more", "enforcer"),
    [
        ("", "none"),
        ("  tenants:\n" + TENANT % "", "kube-router"),
        ("  tenants:\n" + TENANT % ", network: {isolated: false}", "none"),
        ("  network: {policyEnforcer: none}\n  tenants:\n" + TENANT % "", "none"),
        ("  network: {policyEnforcer: kube-router}\n", "kube-router"),
        ("  network: {cni: none}\n  tenants:\n" + TENANT % "", "none"),
    ],
)
def test_isolated_tenants_bring_an_enforcer_with_them(more: str, enforcer: str) -> None:
    text = f"{HEAD}  machines: [{{name: m1, address: 192.0.2.1, roles: [etcd]}}]\n{more}"

    assert filled(parse(text.encode(), Path("x")).given).spec.network.policy_enforcer == enforcer


def test_the_lab_network_is_that_of_the_first_machine_unless_given() -> None:
    text = HEAD + "  machines: [{name: m1, address: 10.9.8.7, roles: [etcd]}]\n  lab: {}\n"
    given = text.replace("lab: {}", "lab: {subnet: 10.9.8.0/24}")

    subnets = []
    for each in (text, given):
        lab = filled(parse(each.encode(), Path("x")).given).spec.lab
        assert lab is not None
        subnets.append(lab.subnet)

    assert subnets == [IPv4Network("10.9.0.0/16"), IPv4Network("10.9.8.0/24")]


@pytest.mark.parametrize(
    ("said", "where", "wanted"),
    [("", "", "pull"), ("", "lab: {}", "preload"), ("preload", "", "preload"), ("pull", "lab: {}", "pull")],
)
def test_images_are_pulled_except_in_a_lab_unless_said_otherwise(said: str, where: str, wanted: str) -> None:
    kubernetes = f"  kubernetes: {{images: {said}}}\n" if said else ""
    text = HEAD + kubernetes + f"  machines: [{{name: m1, address: 10.9.8.7, roles: [etcd]}}]\n  {where}\n"

    assert filled(parse(text.encode(), Path("x")).given).spec.kubernetes.images == wanted


def test_the_starter_carries_its_name() -> None:
    assert parse(starter("mine").encode(), Path("x")).name == "mine"
