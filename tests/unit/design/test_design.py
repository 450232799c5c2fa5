"""What is decided from a file: addresses, labels, certificates, timings."""

import dataclasses
import json
import os
from collections.abc import Callable
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from seakeep.design import addresses
from seakeep.design.complete import complete, dns_replicas
from seakeep.design.labels import CONTROL_PLANE, CONTROL_PLANE_TAINT
from seakeep.design.model import Role, Taint
from seakeep.design.timings import FAILOVER_LIMIT_S, machine_failover, timings, vip_failover
from seakeep.spec.load import LoadedSpec, parse
from seakeep.spec.starter import starter

GOLDEN = Path(__file__).parent / "three-sites.golden.json"


def test_the_completed_example_is_the_recorded_one(three_sites: LoadedSpec) -> None:
    def plain(value: object) -> object:
        return sorted(value) if isinstance(value, frozenset) else str(value)

    text = json.dumps(dataclasses.asdict(complete(three_sites)), indent=1, default=plain) + "\n"
    recorded = GOLDEN.read_text() if GOLDEN.exists() else ""
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text)

    assert text == recorded


def test_completing_twice_gives_the_same(three_sites: LoadedSpec) -> None:
    assert complete(three_sites) == complete(three_sites)


def test_the_starter_passes_the_design() -> None:
    design = complete(parse(starter("mine").encode(), Path("x")))

    assert len(design.machines) == 5
    assert design.name == "mine"


def test_nodes_get_blocks_in_the_order_of_the_file(three_sites: LoadedSpec) -> None:
    design = complete(three_sites)

    assert [(m.name, str(m.pod_cidr)) for m in design.nodes] == [
        ("a-cp1", "10.244.0.0/24"),
        ("b-cp1", "10.244.1.0/24"),
        ("c-cp1", "10.244.2.0/24"),
        ("a-worker1", "10.244.3.0/24"),
        ("b-worker1", "10.244.4.0/24"),
    ]
    assert all(m.pod_cidr is None and m.labels == () and m.taints == () for m in design.with_role(Role.ETCD))


def test_a_pin_keeps_its_block_and_the_others_go_round_it(edited: Callable[..., LoadedSpec]) -> None:
    design = complete(edited("three-sites", ("pool: cold}", "pool: cold, podRange: 10.244.1.0/24}")))

    assert [str(m.pod_cidr) for m in design.nodes] == [
        "10.244.0.0/24",
        "10.244.2.0/24",
        "10.244.3.0/24",
        "10.244.4.0/24",
        "10.244.1.0/24",
    ]


def test_a_range_that_is_used_up_is_an_error() -> None:
    with pytest.raises(ValueError, match="fewer blocks"):
        addresses.assigned(IPv4Network("10.0.0.0/23"), 24, [None, None, None])
    with pytest.raises(ValueError, match="no block"):
        addresses.assigned(IPv4Network("10.0.0.0/25"), 24, [None])


def test_services_begin_where_kubernetes_expects_them(three_sites: LoadedSpec) -> None:
    network = complete(three_sites).network

    assert (network.api_service_ip, network.dns_service_ip) == (IPv4Address("10.96.0.1"), IPv4Address("10.96.0.10"))


def test_pods_leave_room_for_the_overlay(edited: Callable[..., LoadedSpec]) -> None:
    assert complete(edited("single")).network.mtu == 1450
    assert complete(edited("single", ("lab: {}", "network: {mtu: 9000}"))).network.mtu == 8950
    assert complete(edited("single", ("lab: {}", "network: {cni: none}"))).network.mtu == 1500


def test_labels_and_taints(three_sites: LoadedSpec, single: LoadedSpec) -> None:
    design = complete(three_sites)

    assert dict(design.machine("b-worker1").labels) == {
        "seakeep.io/pool": "cold",
        "storage": "hdd",
        "topology.kubernetes.io/region": "three-sites",
        "topology.kubernetes.io/zone": "b",
    }
    assert design.machine("b-worker1").taints == (Taint("storage", "hdd", "NoSchedule"),)
    assert design.machine("a-worker1").taints == ()
    assert design.machine("a-cp1").taints == (CONTROL_PLANE_TAINT,)
    assert (CONTROL_PLANE, "") in design.machine("a-cp1").labels
    assert complete(single).machine("single").taints == ()


def test_without_a_vip_the_endpoint_is_the_control_plane_itself(single: LoadedSpec) -> None:
    endpoint = complete(single).endpoint

    assert (endpoint.vip, endpoint.host, endpoint.port) == (None, IPv4Address("10.78.0.11"), 6443)


def test_the_lab_has_a_network_and_a_gateway(three_sites: LoadedSpec) -> None:
    lab = complete(three_sites).lab

    assert lab is not None
    assert (lab.subnet, lab.gateway) == (IPv4Network("10.77.0.0/16"), IPv4Address("10.77.0.1"))


@pytest.mark.parametrize(("sites", "replicas"), [(0, 2), (1, 2), (2, 2), (3, 3), (9, 3)])
def test_dns_replicas(sites: int, replicas: int) -> None:
    assert dns_replicas(sites) == replicas


def test_timings_keep_their_promises() -> None:
    made = timings()

    assert made.lb_inter_ms * made.lb_fall <= made.shutdown_delay * 1000
    assert machine_failover(made) < vip_failover(made) < FAILOVER_LIMIT_S
    assert made.vip_check_interval * made.vip_check_fall < FAILOVER_LIMIT_S
    assert made.node_status_update < made.node_monitor_grace


def test_every_way_to_an_api_server_is_in_its_certificate(edited: Callable[..., LoadedSpec]) -> None:
    design = complete(
        edited("three-sites", ("vip: 10.77.0.100", "vip: 10.77.0.100\n    sans: [gw.example, 198.51.100.7]"))
    )
    leaves = [design.pki.leaf("cluster", f"apiserver-{name}") for name in ("a-cp1", "b-cp1", "c-cp1")]

    assert len({(leaf.dns_names, leaf.ip_addresses) for leaf in leaves}) == 1
    assert set(leaves[0].dns_names) == {
        *("a-cp1", "b-cp1", "c-cp1", "localhost", "api.three-sites.example", "gw.example"),
        *("kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local"),
    }
    assert set(map(str, leaves[0].ip_addresses)) == {
        *("127.0.0.1", "10.77.0.100", "10.96.0.1", "198.51.100.7"),
        *("10.77.1.21", "10.77.2.21", "10.77.3.21"),
    }
    assert (leaves[0].server, leaves[0].client) == (True, False)


def test_the_plan_has_exactly_the_agreed_leaves(single: LoadedSpec) -> None:
    leaves = {f"{leaf.ca}/{leaf.name}": leaf for leaf in complete(single).pki.leaves}

    assert set(leaves) == {
        *(f"etcd/{use}-single" for use in ("server", "peer", "health", "apiserver")),
        *(f"cluster/{use}-single" for use in ("apiserver", "apiserver-kubelet-client", "controller-manager")),
        *(f"cluster/{use}-single" for use in ("scheduler", "kubelet", "node", "kube-proxy")),
        *(f"cluster/{use}-serving-single" for use in ("controller-manager", "scheduler")),
        *("cluster/admin", "cluster/viewer", "cluster/break-glass", "front-proxy/client-single"),
    }
    assert leaves["cluster/node-single"].organizations == ("system:nodes",)
    assert leaves["cluster/break-glass"].organizations == ("system:masters",)
    assert [name for name, leaf in leaves.items() if "system:masters" in leaf.organizations] == ["cluster/break-glass"]
    assert [name for name, leaf in leaves.items() if leaf.host is None] == [
        "cluster/admin",
        "cluster/break-glass",
        "cluster/viewer",
    ]


def test_etcd_members_are_known_by_their_own_names_only(three_sites: LoadedSpec) -> None:
    leaf = complete(three_sites).pki.leaf("etcd", "peer-b-etcd1")

    assert leaf.dns_names == ("b-etcd1", "localhost")
    assert set(map(str, leaf.ip_addresses)) == {"10.77.2.11", "127.0.0.1"}
    assert leaf.server
    assert leaf.client


def test_common_names_fit_a_certificate() -> None:
    long = starter("c" * 40).replace("name: a1,", f"name: {'m' * 52},")
    pki = complete(parse(long.encode(), Path("x"))).pki

    assert (
        max(len(name) for name in [*(leaf.common_name for leaf in pki.leaves), *(ca.common_name for ca in pki.cas)])
        <= 64
    )


def test_reasons_of_exemptions_are_kept(edited: Callable[..., LoadedSpec]) -> None:
    extra = "lab: {}\n  security: {exemptions: [{namespace: monitoring, reason: reads host files}]}"
    exempt = dict(complete(edited("single", ("lab: {}", extra))).security.exempt_namespaces)

    assert exempt["monitoring"] == "reads host files"
    assert set(exempt) == {"monitoring", "kube-flannel", "kube-system"}
    assert "kube-flannel" not in dict(
        complete(edited("single", ("lab: {}", "network: {cni: none}"))).security.exempt_namespaces
    )


def test_waivers_reach_the_design(edited: Callable[..., LoadedSpec]) -> None:
    extra = "preflight: {waive: [{id: PRE012, reason: r, owner: o, expires: 2027-06-01}]}"
    (waiver,) = complete(edited("single", ("lab: {}", extra))).waivers

    assert (waiver.id, str(waiver.expires)) == ("PRE012", "2027-06-01")


def test_every_planned_leaf_is_found_and_no_other(three_sites: LoadedSpec) -> None:
    planned = complete(three_sites).pki
    for leaf in planned.leaves:
        assert planned.leaf(leaf.ca, leaf.name) is leaf
    for ca, name in (("", ""), ("etcd", "peer-"), ("zzz", "zzz")):
        with pytest.raises(KeyError, match=f"{ca}/{name}"):
            planned.leaf(ca, name)
