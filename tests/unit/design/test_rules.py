"""Every rule refuses or warns about what it is there for, on the line where it stands, and passes the example."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

import seakeep.design.rules
from seakeep.core.errors import SpecError
from seakeep.core.finding import Severity
from seakeep.core.verdict import Verdict
from seakeep.design.complete import complete
from seakeep.design.judge import judge
from seakeep.design.rules.registry import RULES
from seakeep.spec.load import LoadedSpec

Edit = Callable[..., LoadedSpec]

# id, example, edits, line, message, fix
Case = tuple[str, str, list[tuple[str, str]], int, str, str]
FAILURES: list[Case] = [
    ("DES001", "single", [("etcd, ", "")], 7, "no machine has the role etcd", "give the role to 1, 3 or 5 machines"),
    (
        "DES002",
        "single",
        [(" control-plane,", "")],
        7,
        "no machine has the role control-plane",
        "give the role to one machine, or to one in each of three sites",
    ),
    (
        "DES003",
        "three-sites",
        [("roles: [load-balancer]}\n    - {name: b-lb1", "roles: [load-balancer, etcd]}\n    - {name: b-lb1")],
        29,
        "6 etcd members survive the loss of 2, as 5 would",
        "make it 5 or 7",
    ),
    (
        "DES004",
        "three-sites",
        [("b-etcd1, address: 10.77.2.11, site: b", "b-etcd1, address: 10.77.2.11, site: a")],
        21,
        "site a holds 3 of 5 etcd members: without it 2 are left and quorum is 3",
        "spread the members over three sites or more, at most 2 in each",
    ),
    (
        "DES005",
        "three-sites",
        [("[a, b, c]", "[a, b]"), ("site: c", "site: b")],
        11,
        "there are two sites, a and b: one of them always holds etcd's majority",
        "add a third site, if only with one etcd member; or declare both as one site",
    ),
    (
        "DES006",
        "single",
        [("  lab: {}", "  network: {podRange: 10.96.0.0/15}")],
        9,
        "the service range 10.96.0.0/16 overlaps the pod range 10.96.0.0/15",
        "choose ranges that are apart",
    ),
    (
        "DES006",
        "single",
        [("  lab: {}", "  network:\n    podRange: 10.78.0.0/16")],
        10,
        "the pod range 10.78.0.0/16 contains machines' addresses: single (10.78.0.11)",
        "choose a range that is not in use",
    ),
    (
        "DES006",
        "single",
        [("lab: {}", "lab: {}\n  network: {serviceRange: 10.78.128.0/20}")],
        10,
        "the service range 10.78.128.0/20 overlaps the lab's network 10.78.0.0/16",
        "choose a range outside it, or a smaller spec.lab.subnet",
    ),
    (
        "DES006",
        "three-sites",
        [("vip: 10.77.0.100", "vip: 10.96.0.100")],
        6,
        "the service range 10.96.0.0/16 contains machines' addresses: the VIP (10.96.0.100)",
        "choose a range that is not in use",
    ),
    (
        "DES007",
        "three-sites",
        [("lab: {}", "lab: {}\n  network: {podRange: 10.244.0.0/21}")],
        45,
        "10.244.0.0/21 holds 8 blocks of /24, and 5 nodes with room to double need 10",
        "choose a range of /20 or larger, or a longer nodePrefix",
    ),
    (
        "DES007",
        "single",
        [("lab: {}", "lab: {}\n  network: {podRange: 10.244.0.0/25}")],
        10,
        "10.244.0.0/25 is smaller than one node's block of /24",
        "choose a range of /16, or a longer nodePrefix",
    ),
    (
        "DES008",
        "single",
        [("lab: {}", "lab: {}\n  network: {serviceRange: 10.96.0.0/28}")],
        10,
        "10.96.0.0/28 holds only 16 services",
        "choose /24 or larger, such as 10.96.0.0/16",
    ),
    (
        "DES008",
        "single",
        [("lab: {}", "lab: {}\n  network: {serviceRange: 10.96.0.0/11}")],
        10,
        "10.96.0.0/11 is larger than the API server accepts",
        "choose /12 or smaller, such as 10.96.0.0/16",
    ),
    (
        "DES009",
        "three-sites",
        [("10.77.2.12", "10.77.2.11")],
        22,
        "b-etcd2 has the address of b-etcd1, 10.77.2.11",
        "give each machine its own",
    ),
    (
        "DES010",
        "three-sites",
        [("name: b-lb1", "name: a-lb1")],
        30,
        "the name a-lb1 is given to two machines",
        "give each machine its own",
    ),
    (
        "DES010",
        "three-sites",
        [("[a, b, c]", "[a, b, c, a]")],
        11,
        "site a is declared twice",
        "declare each site once",
    ),
    (
        "DES011",
        "three-sites",
        [("vip: 10.77.0.100", "vip: 10.77.1.31")],
        14,
        "the VIP 10.77.1.31 is the address of a-lb1",
        "choose a free address in the load balancers' network",
    ),
    (
        "DES012",
        "three-sites",
        [("    vip: 10.77.0.100\n", "")],
        13,
        "3 control-plane machines and no VIP in front of them",
        "set spec.endpoint.vip to a free address, and give two machines the role load-balancer",
    ),
    (
        "DES013",
        "three-sites",
        [("    vip: 10.77.0.100\n", "")],
        28,
        "a-lb1 and b-lb1 would balance load, and there is no VIP to hold",
        "set spec.endpoint.vip, or take the role away",
    ),
    (
        "DES013",
        "three-sites",
        [("roles: [load-balancer]", "roles: [worker]")],
        14,
        "no machine has the role load-balancer to hold the VIP 10.77.0.100",
        "give the role to two machines in different sites",
    ),
    (
        "DES014",
        "three-sites",
        [("v1.37.2", "v1.37.9")],
        8,
        "Kubernetes v1.37.9 is not known",
        "choose one of v1.36.1, v1.36.3 and v1.37.2",
    ),
    (
        "DES014",
        "three-sites",
        [("v1.37.2", "v1.35.4")],
        8,
        "Kubernetes v1.35.4 is known but not installed any more",
        "choose one of v1.36.1, v1.36.3 and v1.37.2",
    ),
    (
        "DES015",
        "single",
        [("lab: {}", "lab: {}\n  network: {cni: [flannel, calico]}")],
        10,
        "2 network plugins are asked for: flannel and calico",
        "keep one, such as cni: flannel",
    ),
    (
        "DES015",
        "single",
        [("lab: {}", "lab: {}\n  network: {cni: []}")],
        10,
        "the list of network plugins is empty",
        "write cni: flannel, or cni: none",
    ),
    (
        "DES016",
        "single",
        [("lab: {}", "lab: {}\n  network: {cni: calico}")],
        10,
        "calico is not supported yet",
        "use flannel; or none, and install one yourself",
    ),
    (
        "DES016",
        "single",
        [("lab: {}", "lab: {}\n  network: {cni: flanel}")],
        10,
        "flanel is not a network plugin that is known here",
        "use flannel; or none, and install one yourself",
    ),
    (
        "DES017",
        "three-sites",
        [("10.77.2.31, site: b", "10.77.2.31, site: a")],
        30,
        "a-lb1 and b-lb1 stand in site a: without it the VIP is gone",
        "move one to another site",
    ),
    (
        "DES018",
        "three-sites",
        [("site: b, roles: [load-balancer]", "site: b, roles: [worker]")],
        29,
        "a-lb1 is the only load balancer: without it the VIP is gone",
        "give the role to a machine in another site",
    ),
    (
        "DES019",
        "three-sites",
        [("10.77.1.41, site: a", "10.77.1.41, site: d")],
        32,
        "a-worker1 stands in site d, which is not declared",
        "add d to spec.sites, or use a, b and c",
    ),
    (
        "DES019",
        "three-sites",
        [("10.77.1.41, site: a", "10.77.1.41")],
        32,
        "a-worker1 names no site, and there are 3",
        "add site: a, or another of a, b and c",
    ),
    (
        "DES020",
        "three-sites",
        [("pool: cold", "pool: colt")],
        33,
        "b-worker1 is in pool colt, which is not declared",
        "did you mean cold?",
    ),
    (
        "DES021",
        "three-sites",
        [("site: c, roles: [etcd]", "site: c, roles: [etcd, worker]")],
        23,
        "c-etcd1 is an etcd member and a worker",
        "leave workloads to other machines",
    ),
    (
        "DES022",
        "three-sites",
        [("10.77.2.21, site: b", "10.77.2.21, site: a"), ("10.77.3.21, site: c", "10.77.3.21, site: a")],
        27,
        "every API server stands in site a: without it there is none",
        "put one control-plane machine in each site",
    ),
    (
        "DES023",
        "single",
        [(", worker", "")],
        7,
        "no machine has the role worker: workloads have nowhere to run",
        "add workers, or give the role to the control-plane machines too",
    ),
    (
        "DES024",
        "single",
        [("worker]}", "worker]}\n    - {name: w, address: 10.78.0.12, roles: [worker]}")],
        8,
        "single is the only etcd member of 2 machines",
        "make it three",
    ),
    (
        "DES025",
        "three-sites",
        [("address: 10.77.2.41", "address: 10.87.2.41")],
        33,
        "b-worker1 (10.87.2.41) is outside the lab's network 10.77.0.0/16",
        "use an address of 10.77.0.0/16, or set spec.lab.subnet",
    ),
    (
        "DES025",
        "single",
        [("10.78.0.11", "10.78.0.1")],
        8,
        "single has 10.78.0.1, which is the lab's gateway",
        "such as 10.78.0.2 or above",
    ),
    (
        "DES025",
        "single",
        [("lab: {}", "lab: {subnet: 10.78.0.8/30}")],
        9,
        "10.78.0.8/30 is too small for a lab",
        "choose /24 or larger",
    ),
    (
        "DES026",
        "single",
        [("lab: {}", "lab: {}\n  etcd: {heartbeatMs: 500}")],
        10,
        "the election timeout of 1000 ms is less than five heartbeats of 500 ms",
        "set electionMs to 5000",
    ),
    (
        "DES027",
        "single",
        [("worker]}", "worker], podRange: 10.245.0.0/24}")],
        8,
        "10.245.0.0/24 is not a /24 block of 10.244.0.0/16",
        "pin a block of the pod range, as long as nodePrefix says",
    ),
    (
        "DES027",
        "three-sites",
        [
            ("pool: hot}", "pool: hot, podRange: 10.244.9.0/24}"),
            ("pool: cold}", "pool: cold, podRange: 10.244.9.0/24}"),
        ],
        33,
        "b-worker1 and a-worker1 have the same block 10.244.9.0/24",
        "pin each block once",
    ),
    (
        "DES027",
        "three-sites",
        [
            (
                "roles: [load-balancer]}\n    - {name: b-lb1",
                "roles: [load-balancer], podRange: 10.244.9.0/24}\n    - {name: b-lb1",
            )
        ],
        29,
        "a-lb1 runs no pods and has a block of pod addresses",
        "remove it",
    ),
    (
        "DES028",
        "three-sites",
        [("site: c, roles: [etcd]}", "site: c, roles: [etcd], pool: hot}")],
        23,
        "c-etcd1 is in pool hot and is no worker",
        "remove the pool, or add the role worker",
    ),
    (
        "DES029",
        "three-sites",
        [("[control-plane]", "[control-plane, etcd]")],
        17,
        "8 etcd members: every write waits for 5 of them",
        "5 survive the loss of any two",
    ),
    (
        "DES030",
        "single",
        [("10.78.0.11", "127.0.0.1")],
        8,
        "single has 127.0.0.1, which is a loopback address",
        "use the address by which other machines reach it",
    ),
    (
        "DES031",
        "single",
        [("lab: {}", "lab: {}\n  endpoint: {port: 8443}")],
        10,
        "port 8443 without a VIP: the API server listens on 6443",
        "remove it, or set spec.endpoint.vip",
    ),
    (
        "DES031",
        "three-sites",
        [("vip: 10.77.0.100", "vip: 10.77.0.100\n    port: 2379")],
        15,
        "port 2379 belongs to etcd",
        "such as 6443",
    ),
    (
        "DES032",
        "three-sites",
        [("{storage: ssd}", "{topology.kubernetes.io/zone: x}")],
        37,
        "pool hot sets the label topology.kubernetes.io/zone, which is not a user's to set",
        "use a label of your own, such as example.org/disk",
    ),
    (
        "DES033",
        "three-sites",
        [("[a, b, c]", "[a, b, c, d]")],
        11,
        "no machine stands in site d",
        "remove it, or add its machines",
    ),
    (
        "DES034",
        "single",
        [("worker]}", "worker], pool: p}\n  pools: {p: {taints: [{key: own}]}}")],
        9,
        "every node has a taint of its pool, so DNS can run nowhere",
        "leave a pool without taints, or give it the effect PreferNoSchedule",
    ),
    (
        "DES035",
        "single",
        [("lab: {}", "lab: {}\n  pki: {leafLifetime: 1m}")],
        10,
        "certificates that live 1m end before they can be renewed",
        "2m at least, and that only to try things out",
    ),
    (
        "DES035",
        "single",
        [("lab: {}", "lab: {}\n  pki:\n    leafLifetime: 365d\n    caLifetime: 700d")],
        12,
        "authorities live 700d, which is not twice the 365d of what they sign",
        "a certificate never outlives its authority: choose a longer caLifetime",
    ),
    (
        "DES035",
        "single",
        [("lab: {}", "lab: {}\n  pki:\n    leafLifetime: 10h\n    renewBefore: 9h")],
        12,
        "certificates that live 10h would be renewed 9h before their end",
        "choose four fifths of leafLifetime at most, or leave it out",
    ),
    (
        "DES036",
        "tenants",
        [("name: shop", "name: kube-public")],
        11,
        "tenant kube-public: namespace kube-public belongs to the cluster itself",
        "choose another namespace: team-kube-public",
    ),
    (
        "DES036",
        "tenants",
        [("name: shop", "name: shop\n      namespace: default")],
        12,
        "tenant shop: namespace default belongs to the cluster itself",
        "choose another namespace: team-default",
    ),
    (
        "DES036",
        "tenants",
        [("  lab: {}", "  security: {exemptions: [{namespace: bank, reason: x}]}\n  lab: {}")],
        14,
        "tenant bank: namespace bank is exempt from PodSecurity, so that nothing would hold its pods to a level",
        "choose another namespace, or remove the exemption",
    ),
    (
        "DES037",
        "tenants",
        [("name: bank", "name: shop")],
        14,
        "two tenants are called shop",
        "give each a name of its own",
    ),
    (
        "DES037",
        "tenants",
        [("name: bank", "name: bank\n      namespace: shop")],
        15,
        "bank and shop are both in namespace shop",
        "give each its own, or add the groups of bank to shop",
    ),
    (
        "DES038",
        "tenants",
        [("shop-team", "system:authenticated")],
        12,
        "tenant shop: system:authenticated is a group of Kubernetes itself, which others are in",
        "name a group of the team's own people, once",
    ),
    (
        "DES038",
        "tenants",
        [("auditors", "seakeep:admins")],
        15,
        "tenant bank: seakeep:admins is a group of the cluster's operators",
        "name a group of the team's own people, once",
    ),
    (
        "DES038",
        "tenants",
        [("auditors", "bank-team")],
        15,
        "tenant bank: bank-team is named twice",
        "name a group of the team's own people, once",
    ),
    (
        "DES039",
        "tenants",
        [("memory: 2048Mi", "memory: 512Mi")],
        21,
        "tenant bank: the max of memory is 1Gi, more than the quota of 512Mi",
        "each of these is at most the next: the default request, the default limit, the max, the quota",
    ),
    (
        "DES039",
        "tenants",
        [("cpu: 1500m", "cpu: 50m")],
        19,
        "tenant bank: the default request of cpu is 100m, more than the quota of 50m",
        "each of these is at most the next: the default request, the default limit, the max, the quota",
    ),
    (
        "DES040",
        "tenants",
        [("lab: {}", "lab: {}\n  network: {policyEnforcer: none}")],
        25,
        "flannel does not enforce the network policies of shop and bank: pods of other namespaces reach theirs",
        (
            "write policyEnforcer: kube-router; `seakeep check --live` measures it; where tenants need not be kept"
            " apart in the network, write network: {isolated: false}"
        ),
    ),
    (
        "DES040",
        "tenants",
        [("lab: {}", "lab: {}\n  network: {cni: none}")],
        11,
        (
            "no network plugin is known to enforce the network policies of shop and bank: pods of other namespaces"
            " reach theirs"
        ),
        (
            "`seakeep check --live` measures it; where tenants need not be kept apart in the network, write"
            " network: {isolated: false}"
        ),
    ),
    (
        "DES042",
        "single",
        [("lab: {}", "lab: {}\n  network: {cni: none, policyEnforcer: kube-router}")],
        10,
        "kube-router is set up beside flannel only, and the network plugin is your own",
        "write policyEnforcer: none, and install an enforcer that fits the plugin; or use cni: flannel",
    ),
    (
        "DES041",
        "tenants",
        [("pods: 20", "pods: 111")],
        18,
        "tenant bank may have 111 pods, and 1 worker run 110 at most",
        "110 at most, or more workers",
    ),
]


@pytest.mark.parametrize("case", FAILURES, ids=[f"{row[0]}-{index}" for index, row in enumerate(FAILURES)])
def test_a_rule_objects(edited: Edit, case: Case) -> None:
    id_, example, edits, line, message, fix = case
    failures = [f for f in judge(edited(example, *edits)) if f.id == id_ and f.verdict is Verdict.FAIL]

    assert (line, message, fix) in [(f.line, f.message, f.remediation) for f in failures]


@pytest.mark.parametrize(("id_", "example", "edits"), [row[:3] for row in FAILURES])
def test_an_error_refuses_and_a_warning_does_not(
    edited: Edit, id_: str, example: str, edits: list[tuple[str, str]]
) -> None:
    loaded = edited(example, *edits)
    errors = {f.id for f in judge(loaded) if f.refuses}
    severity = next(rule.severity for rule in RULES if rule.id == id_)

    assert (severity is Severity.ERROR) == (id_ in errors)
    if not errors:
        complete(loaded)
        return
    with pytest.raises(SpecError) as refused:
        complete(loaded)
    assert refused.value.exit_code == 2
    assert {problem.what[-7:-1] for problem in refused.value.problems} == errors
    assert all(problem.line > 0 and problem.fix for problem in refused.value.problems)


def test_every_rule_has_a_failing_case() -> None:
    assert {row[0] for row in FAILURES} == {rule.id for rule in RULES}


@pytest.mark.parametrize("fixture", ["three_sites", "single"])
def test_no_rule_objects_to_the_examples(fixture: str, request: pytest.FixtureRequest) -> None:
    findings = judge(request.getfixturevalue(fixture))

    assert [f for f in findings if f.verdict is Verdict.FAIL] == []
    assert {f.id for f in findings} == {rule.id for rule in RULES}
    assert all(f.message and f.title for f in findings)


def test_every_rule_passes_somewhere(three_sites: LoadedSpec, edited: Edit) -> None:
    pinned = edited("three-sites", ("pool: hot}", "pool: hot, podRange: 10.244.9.0/24}"))
    shared = edited(
        "tenants",
        ("groups: [shop-team]", "groups: [shop-team]\n      network: {isolated: false}"),
        ("network:\n", "network:\n        isolated: false\n"),
    )
    enforced = edited("tenants", ("lab: {}", "lab: {}\n  network: {policyEnforcer: kube-router}"))
    passed = {
        f.id for loaded in (three_sites, pinned, shared, enforced) for f in judge(loaded) if f.verdict is Verdict.PASS
    }

    assert passed == {rule.id for rule in RULES}


def test_the_registry_lists_every_file_once_and_ids_are_unique() -> None:
    folder = Path(seakeep.design.rules.__path__[0])
    modules = sorted(path.stem for path in folder.glob("*.py") if path.stem not in {"__init__", "registry"})
    rules = [importlib.import_module(f"seakeep.design.rules.{name}").RULE for name in modules]

    assert sorted(rules, key=lambda rule: rule.id) == sorted(RULES, key=lambda rule: rule.id)
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert [rule.id for rule in RULES] == sorted(rule.id for rule in RULES)


def test_all_reasons_are_given_at_once(edited: Edit) -> None:
    loaded = edited("three-sites", ("v1.37.2", "v1.20.0"), ("10.77.2.12", "10.77.2.11"), ("pool: hot}", "pool: hit}"))

    with pytest.raises(SpecError) as refused:
        complete(loaded)

    assert str(refused.value).splitlines() == [
        (
            "cluster.yaml:8: spec.kubernetes.version: Kubernetes v1.20.0 is not known [DES014]"
            " — choose one of v1.36.1, v1.36.3 and v1.37.2"
        ),
        (
            "cluster.yaml:22: spec.machines[3].address: b-etcd2 has the address of b-etcd1, 10.77.2.11 [DES009]"
            " — give each machine its own"
        ),
        (
            "cluster.yaml:32: spec.machines[10].pool: a-worker1 is in pool hit, which is not declared [DES020]"
            " — did you mean hot?"
        ),
    ]
