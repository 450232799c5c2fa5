"""Machines that come and go, on the three-site cluster. Each leaves it as the file of before says."""

import asyncio
import json

from tests.lab.cluster import Cluster

from seakeep.facts.etcd import ETCDCTL
from seakeep.lab.lab import Lab

WORKER2 = "    - {name: a-worker2, address: 10.77.1.42, site: a, roles: [worker], pool: hot}\n"
BEFORE = "    - {name: b-worker1,"

BUSY = {
    "apiVersion": "v1",
    "kind": "List",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": "busy", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}},
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "busy"},
            "spec": {
                "replicas": 1,
                "selector": {"matchLabels": {"app": "web"}},
                "template": {
                    "metadata": {"labels": {"app": "web"}},
                    "spec": {
                        "nodeSelector": {"kubernetes.io/hostname": "a-worker2"},
                        "containers": [
                            {
                                "name": "web",
                                "image": "registry.k8s.io/e2e-test-images/agnhost:2.53",
                                "args": ["netexec", "--http-port=8080"],
                            }
                        ],
                    },
                },
            },
        },
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web", "namespace": "busy"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        },
    ],
}


def members(three: Cluster, ask: str = "a-etcd2") -> dict[str, tuple[str, bool]]:
    """name -> (id, whether it has a vote), as another member tells."""
    listed = json.loads(three.ssh(ask, f"{ETCDCTL} member list -w json").ok().out)["members"]
    return {each.get("name", ""): (f"{each['ID']:x}", not each.get("isLearner", False)) for each in listed}


def lose(three: Cluster, machine: str) -> None:
    """The machine is gone with its disks; a new one stands at its address."""
    three.run("lab", "rm", machine, "--yes").ok()
    three.run("lab", "up").ok()


def a_worker_comes_and_goes_and_its_budget_is_kept(three: Cluster) -> None:
    text = three.file.read_text()
    ranges = node_ranges(three)
    three.file.write_text(text.replace(BEFORE, WORKER2 + BEFORE))
    three.run("lab", "up").ok()
    three.run("node", "add", "a-worker2", "--yes").ok()
    assert three.plan() == []
    assert {name: block for name, block in node_ranges(three).items() if name != "a-worker2"} == ranges
    path = three.folder / "busy.json"
    path.write_text(json.dumps(BUSY))
    three.run("kubectl", "--", "apply", "-f", str(path)).ok()
    three.run("kubectl", "--", "-n", "busy", "rollout", "status", "deployment/web", "--timeout=60s").ok()
    blocked = three.run("node", "drain", "a-worker2", "--timeout", "6").ok(5).err
    assert "busy/web-" in blocked
    assert "is kept: The disruption budget web needs 1 healthy pods and has 1 currently" in blocked
    three.run("kubectl", "--", "delete", "namespace", "busy").ok()
    three.run("node", "remove", "a-worker2", "--yes").ok()
    assert three.file.read_text() == text
    assert three.plan() == []
    assert "a-worker2" not in node_ranges(three)
    left = three.run("lab", "ls", "-o", "json").ok().json["machines"]
    assert "a-worker2" in {each["name"] for each in left}
    three.run("lab", "rm", "a-worker2", "--yes").ok()


def node_ranges(three: Cluster) -> dict[str, str]:
    """node -> its block of pod addresses."""
    items = three.run("kubectl", "--", "get", "nodes", "-o", "json").ok().json["items"]
    return {each["metadata"]["name"]: each["spec"]["podCIDR"] for each in items}


def the_first_member_is_replaced_and_a_crash_on_the_way_is_recovered_from(three: Cluster) -> None:
    old = members(three)["a-etcd1"][0]
    lose(three, "a-etcd1")
    refused = three.run("apply", "--yes").ok(4).err
    assert "its data directory is gone while other members live [PRE014]" in refused
    assert "seakeep node replace" in refused
    three.kill_at("waiting for a-etcd1 to catch up and be promoted", "node", "replace", "a-etcd1", "--yes", "-v")
    # The new machine is lost as well, with the learner that it had just become.
    lose(three, "a-etcd1")
    three.run("resume", "--yes").ok()
    new = members(three)
    assert sorted(new) == ["a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2", "c-etcd1"]
    assert all(votes for _, votes in new.values())
    assert new["a-etcd1"][0] != old
    assert three.plan() == []


def a_member_that_comes_back_with_old_data_is_not_let_in(three: Cluster) -> None:
    old = members(three)["c-etcd1"][0]
    three.ssh("c-etcd1", "systemctl stop etcd").ok()
    three.ssh("a-etcd2", f"{ETCDCTL} --command-timeout=10s member remove {old}").ok()
    refused = three.run("apply", "--yes").ok(4).err
    assert f"it holds the data of member {old}, and the cluster has removed that one [PRE014]" in refused
    three.run("node", "replace", "c-etcd1", "--yes").ok()
    now = members(three)["c-etcd1"]
    assert (now[0] != old, now[1]) == (True, True)
    assert three.plan() == []


def the_vip_holder_and_a_control_plane_go_and_come_back(three: Cluster) -> None:
    text = three.file.read_text()
    holder = three.run("status", "-o", "json").ok().json["endpoint"]["holder"]
    lines = [line for line in text.splitlines(keepends=True) if holder not in line and "name: a-cp1," not in line]
    three.file.write_text("".join(lines))
    # The state folder forgets what the cluster is made of: of this load balancer only the cluster's own copy tells.
    (three.state / "roster.json").unlink()
    told = three.run("apply", "--yes").ok().err
    assert "/var/lib/seakeep/roster.json is judged by" in told
    assert f"stop the VIP on {holder}" in told
    status = three.run("status", "-o", "json").ok().json
    assert status["endpoint"]["holder"] not in (holder, None)
    assert [each["name"] for each in status["apiServers"]] == ["b-cp1", "c-cp1"]
    # What comes back from the dead cannot register itself: only Seakeep makes nodes.
    node = '{"apiVersion":"v1","kind":"Node","metadata":{"name":"a-cp1"}}'
    kubelet = ("--as=system:node:a-cp1", "--as-group=system:nodes")
    path = three.folder / "node.json"
    path.write_text(node)
    denied = three.run("kubectl", "--", "create", "-f", str(path), *kubelet)
    assert denied.code == 1
    assert "not part of the cluster" in denied.err
    three.file.write_text(text)
    three.run("apply", "--yes").ok()
    assert three.plan() == []


def a_load_balancer_that_was_removed_while_it_did_not_answer_never_gets_the_vip_again(three: Cluster) -> None:
    """First alive and only unreachable over SSH, with the VIP; then booted again with all that it had."""
    text = three.file.read_text()
    vip = three.run("status", "-o", "json").ok().json["endpoint"]
    holder, holds = vip["holder"], f"ip -o -4 addr show to {vip['vip']} | grep -c ."

    def there(script: str) -> str:
        return asyncio.run(Lab(three.name).exec(holder, ["sh", "-c", f"{script}; true"])).strip()

    there("systemctl stop ssh.service ssh.socket")
    said = three.run("node", "remove", holder, "--yes").ok().err
    assert f"{holder} is not in the file any more and does not answer: it is left as it is, and fenced" in said
    assert there(holds) == "0"
    assert there("cat /run/seakeep-keepalived/state") == "FAULT"
    status = three.run("status", "-o", "json").ok().json
    assert status["endpoint"]["holder"] not in (holder, None)
    assert [each["name"] for each in status["fenced"]] == [holder]
    # Somebody empties the packet filter of a machine: that is all that is missing anywhere.
    three.ssh("a-etcd1", "nft delete table inet seakeep_fence").ok()
    assert [(host, why) for host, _, why in three.plan()] == [("a-etcd1", "its rules are gone from the kernel")]

    less = three.file.read_text()
    three.file.write_text(text)
    three.run("lab", "kill", holder).ok()
    three.run("lab", "start", holder).ok()
    three.file.write_text(less)
    state = "cat /run/seakeep-keepalived/state"
    three.eventually(lambda: there(state) == "FAULT", "keepalived's first word of the new boot")
    assert there("journalctl -b -u seakeep-keepalived | grep -c 'Entering MASTER'") == "0"
    assert there(holds) == "0"

    three.file.write_text(text)
    three.run("node", "add", holder, "--yes").ok()
    assert three.ssh("a-cp1", "nft list tables").ok().out.count("seakeep_fence") == 0
    assert three.plan() == []


def what_a_living_cluster_does_not_bear_is_refused(three: Cluster) -> None:
    text = three.file.read_text()
    for old, new, says in (
        ("  lab: {}", "  network: {podRange: 10.200.0.0/16}\n  lab: {}", "CHG001"),
        ("name: a-worker1", "name: a-renamed", "CHG004"),
        ("10.77.1.41", "10.77.1.49", "CHG003"),
    ):
        three.file.write_text(text.replace(old, new))
        assert says in three.run("apply", "--yes").ok(4).err
    three.file.write_text(text)
    assert three.plan() == []
