"""The main example, twelve machines on three sites, as a new user gets it: up, look, drift, change, break, reset.

The tests share the cluster; each leaves it healthy and without drift.
"""

import json
import os
import re

import pytest
from tests.lab import drift, misconfigured, nodes
from tests.lab.cluster import Cluster

from seakeep.experiments import deadman
from seakeep.facts.etcd import ETCDCTL

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    """The cluster, and what `up` reported."""
    cluster = Cluster.of("three-sites", f"three-{os.getpid()}", tmp_path_factory.mktemp("three"))
    try:
        cluster.run("up", "--yes", "-o", "json", timeout=3600).ok()
        yield cluster
    finally:
        cluster.run("lab", "down").ok()


def with_audit(text, days):
    """The file with another flag of the API servers."""
    text = re.sub(r"^  security: .*\n", "", text, flags=re.MULTILINE)
    return text.replace("\nspec:\n", f"\nspec:\n  security: {{audit: {{maxAgeDays: {days}}}}}\n", 1)


def healthy(cluster):
    return cluster.run("status").code == 0


def test_status_says_pass_with_everything_in_it(three):
    status = three.run("status", "-o", "json").ok().json
    assert (status["apiVersion"], status["kind"], status["verdict"]) == ("seakeep/v1", "Status", "PASS")
    members = status["etcd"]["members"]
    assert [member["healthy"] for member in members] == [True] * 5
    assert sorted(member["site"] for member in members) == ["a", "a", "b", "b", "c"]
    assert sum(member["leader"] for member in members) == 1
    assert [(server["site"], server["ready"]) for server in status["apiServers"]] == [
        ("a", True),
        ("b", True),
        ("c", True),
    ]
    assert {node["version"] for node in status["nodes"]} == {"v1.37.2"}
    assert {node["ready"] for node in status["nodes"]} == {True}
    assert {node["pool"] for node in status["nodes"]} == {None, "hot", "cold"}
    assert status["endpoint"]["vip"] == "10.77.0.100"
    assert status["endpoint"]["holder"] in {"a-lb1", "b-lb1"}
    assert status["dns"]["ready"] is True
    assert status["certificates"]["days"] > 300


def test_nothing_to_do_changes_nothing(three):
    assert three.plan() == []
    runs = sorted((three.state / "runs").iterdir())
    assert three.run("apply", "--yes", "-o", "json").ok().json["changes"] == 0
    assert sorted((three.state / "runs").iterdir()) == runs


def test_every_kind_of_drift_is_found_with_its_reason_and_only_that_is_repaired(three):
    three.ssh("a-worker1", drift.WORKER).ok()
    three.ssh("b-worker1", drift.REPLACED + drift.SECOND).ok()
    three.ssh("c-cp1", drift.CONTROL).ok()
    drift.objects(three)
    changes = three.plan()
    found = {host: {} for host, _, _ in changes}
    for host, what, why in changes:
        found[host][what] = why
    assert {host: set(whats) for host, whats in found.items()} == {
        host: set(whats) for host, whats in drift.WANTED.items()
    }
    for host, whats in drift.WANTED.items():
        assert {what: found[host][what] for what, why in whats.items() if not found[host][what].startswith(why)} == {}
    assert three.run("apply", "--yes", "-o", "json").ok().json["changes"] == len(changes)
    assert three.ssh("a-worker1", drift.ANSWERS).ok().out.split() == ["active", "foreign", "foreign", "extra", "x.conf"]
    running = three.ssh("b-worker1", "readlink /proc/$(systemctl show -P MainPID kubelet)/exe").ok().out
    assert running.startswith("/opt/seakeep/kubernetes/")
    theirs = three.run("kubectl", "--", "get", "node", "a-worker1", "c-cp1", "-o", drift.THEIRS).ok()
    assert theirs.out.split() == ["kept", "theirs", "node-role.kubernetes.io/control-plane"]
    three.run("kubectl", "--", "-n", "kube-system", "get", "configmap", "copied").ok()
    drift.tidy(three)
    assert three.plan() == []


def test_what_the_file_no_longer_asks_for_goes_and_what_others_put_beside_it_stays(three):
    text = three.file.read_text()
    three.file.write_text(drift.with_more(text))
    three.run("apply", "--yes").ok()
    three.ssh("c-cp1", "echo '# x' >>/etc/seakeep/lb/haproxy.cfg; echo theirs >/etc/seakeep/lb/theirs").ok()
    three.file.write_text(text)
    changes = three.plan()
    gone = {what: why for host, what, why in changes if host == "c-cp1"}
    order = [what for what in gone if what.startswith("stop")]
    assert order == ["stop seakeep-keepalived", "stop seakeep-haproxy"]
    assert gone["set aside /etc/seakeep/lb/haproxy.cfg"].endswith("but it was changed since")
    assert gone["remove /etc/systemd/system/seakeep-haproxy.service"].startswith("Seakeep put it there")
    nodes = {what: why for host, what, why in changes if host == "cluster"}
    assert nodes == {
        "apply Node a-worker1": "metadata.annotations.seakeep.io/taints is tier=gold:PreferNoSchedule, wanted ",
        "apply Node b-worker1": "metadata.labels.tier was put there by Seakeep and is no longer asked for",
    }
    three.run("apply", "--yes").ok()
    left = three.ssh("c-cp1", "cd /etc/seakeep && find . -type f; systemctl is-active seakeep-haproxy; pgrep haproxy")
    assert left.out.split() == ["./lb/theirs", "inactive"]
    labels = three.run("kubectl", "--", "get", "nodes", "-o", "jsonpath={.items[*].metadata.labels.tier}").ok()
    taints = three.run("kubectl", "--", "get", "node", "a-worker1", "-o", "jsonpath={.spec.taints}").ok()
    assert (labels.out, taints.out) == ("", "")
    three.ssh("c-cp1", "rm -r /etc/seakeep /var/lib/seakeep/aside").ok()
    assert three.plan() == []


def test_the_living_cluster_is_judged_whole_and_every_mistake_is_found_by_its_own_check(three):
    well = three.run("check", "--live", "-o", "json").ok().json
    assert (well["verdict"], well["coverage"]) == ("PASS", 1.0)
    before = {finding["id"] for finding in well["findings"] if finding["verdict"] == "FAIL"}

    misconfigured.make(three)
    try:
        found = three.run("check", "--live", "-o", "json").ok(1).json
    finally:
        misconfigured.undo(three)

    failed = [finding for finding in found["findings"] if finding["verdict"] == "FAIL"]
    assert sorted({finding["id"] for finding in failed} - before) == misconfigured.CHECKS
    for mistake in misconfigured.MISTAKES:
        where = {f"{f['resource']['file']} {f['resource']['name']}" for f in failed if f["id"] == mistake.check}
        assert any(mistake.machine in each for each in where), (mistake, where)
    assert three.plan() == []


def test_who_calls_a_deprecated_api_is_named_by_user_and_program(three):
    """Endpoints are deprecated since 1.33, and no release removes them yet."""
    body = {"apiVersion": "v1", "kind": "Endpoints", "metadata": {"name": "old-way"}, "subsets": []}
    path = three.folder / "endpoints.json"
    path.write_text(json.dumps(body))
    three.run("kubectl", "--", "create", "--dry-run=server", "-f", str(path)).ok()
    said = (
        three.run("check", "--live", "--helm", "--all", "--only", "LIV030", "--only", "LIV031", "-o", "json").ok().json
    )
    (called,) = (each for each in said["findings"] if each["resource"]["name"] == "v1 endpoints")
    assert called["verdict"] == "PASS"
    assert "no release removes it yet" in called["message"]
    assert "kubectl" in called["message"]


def test_kubectl_works_through_the_vip_and_rights_are_least(three):
    assert three.run("kubectl", "--", "get", "nodes", "-o", "name").ok().out.split() == [
        f"node/{name}" for name in ("a-cp1", "a-worker1", "b-cp1", "b-worker1", "c-cp1")
    ]
    config = three.run("kubeconfig", "--as", "viewer").ok().out
    assert "10.77.0.100:6443" in config
    viewer = (
        "kubectl",
        "--",
        "auth",
        "can-i",
        "--as=x",
        "--as-group=seakeep:viewers",
        "--as-group=system:authenticated",
    )
    assert three.run(*viewer, "list", "pods", "-A").out.strip() == "yes"
    assert three.run(*viewer, "get", "secrets", "-A").out.strip() == "no"
    container = {"name": "c", "image": "x", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [container]}}
    path = three.folder / "pod.json"
    path.write_text(json.dumps(pod))
    refused = three.run("kubectl", "--", "create", "--dry-run=server", "-f", str(path))
    assert refused.code == 1
    assert "violates PodSecurity" in refused.err


def test_a_secret_is_not_readable_in_etcd(three):
    three.run("kubectl", "--", "create", "secret", "generic", "s", "--from-literal=word=correct-horse-battery").ok()
    raw = three.ssh("a-etcd1", f"{ETCDCTL} get /registry/secrets/default/s | tr -cd '[:print:]'").ok()
    assert "k8s:enc:secretbox" in raw.out
    assert "correct-horse" not in raw.out
    three.run("kubectl", "--", "delete", "secret", "s").ok()


def test_a_change_of_etcd_and_the_api_servers_rolls_one_machine_at_a_time(three):
    text = three.file.read_text()
    three.file.write_text(with_audit(text, 7).replace("\nspec:\n", "\nspec:\n  etcd: {quota: 4Gi}\n", 1))
    plan = three.run("plan", "-o", "json").ok(1).json["changes"]
    assert [c["host"] for c in plan if c["risk"] == "quorum"] == ["a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2", "c-etcd1"]
    assert [c["host"] for c in plan if c["what"] == "restart kube-apiserver"] == ["a-cp1", "b-cp1", "c-cp1"]
    three.run("apply", "--yes").ok()
    open_now: set[str] = set()
    most = 0
    for record in three.journal():
        if record["record"] == "begin" and record["what"] in ("restart etcd", "restart kube-apiserver"):
            open_now.add(record["id"])
            most = max(most, len(open_now))
        elif record["record"] == "end":
            open_now.discard(record["id"])
    assert most == 1
    assert three.plan() == []


def test_machines_that_do_not_answer_are_named_and_left_out_only_on_purpose(three):
    down = ("a-etcd1", "b-etcd1")
    # Their clients are told: an API server waits 11 s, for each kind of object, for members that fall silent.
    for name in down:
        three.ssh(name, "systemctl stop etcd").ok()
    three.run("lab", "kill", *down).ok()
    try:
        three.ssh("a-cp1", "echo '# drift' >>/etc/kubernetes/kube-proxy.yaml").ok()
        seen = three.run("plan", "-o", "json").ok(3).json
        assert [each["machine"] for each in seen["unknown"]] == list(down)
        assert all(each["cause"] for each in seen["unknown"])
        assert [(c["host"], c["what"]) for c in seen["changes"]] == [
            ("a-cp1", "file /etc/kubernetes/kube-proxy.yaml"),
            ("a-cp1", "restart kube-proxy"),
        ]
        refused = three.run("apply", "--yes").ok(4).err
        assert all(f"{name}: machine answers over SSH" in refused for name in down)
        assert "c-etcd1 can be read" in three.run("apply", "--yes", "--without", "c-etcd1").ok(4).err
        assert "drift" in three.ssh("a-cp1", "tail -n 1 /etc/kubernetes/kube-proxy.yaml").ok().out
        status = three.run("status", "-o", "json")
        assert status.code in (1, 3)
        unknown = [member["name"] for member in status.json["etcd"]["members"] if member["healthy"] is None]
        assert unknown == list(down)

        without = [word for name in down for word in ("--without", name)]
        done = three.run("apply", "--yes", "-o", "json", *without).ok()
        assert (done.json["changes"], done.json["leftOut"]) == (2, list(down))
        assert "going on without a-etcd1" in done.err
        assert three.run("plan", "-o", "json").ok(3).json["changes"] == []
        # With two of five members down, none of the others may be restarted.
        three.ssh("c-etcd1", "echo '# drift' >>/etc/etcd/etcd.yaml").ok()
        refused = three.run("apply", "--yes", *without).ok(4).err
        assert "nothing of etcd may be restarted on c-etcd1: 2 of 5 would be left, 3 are needed" in refused
        assert "drift" in three.ssh("c-etcd1", "tail -n 1 /etc/etcd/etcd.yaml").ok().out
    finally:
        three.run("lab", "start", *down).ok()
    three.eventually(lambda: healthy(three), "etcd to be whole again", 120)
    three.run("apply", "--yes").ok()
    assert three.plan() == []


def test_the_loss_of_the_vip_holder_moves_the_vip(three):
    holder = three.run("status", "-o", "json").ok().json["endpoint"]["holder"]
    three.run("lab", "kill", holder).ok()
    took = three.eventually(
        lambda: three.run("kubectl", "--", "get", "--raw", "/readyz").code == 0, "the API at the VIP", 30
    )
    assert took < 20
    status = three.run("status", "-o", "json").json
    assert status["endpoint"]["holder"] not in (holder, None)
    assert status["verdict"] != "PASS"
    three.run("lab", "start", holder).ok()
    three.eventually(lambda: healthy(three), "the load balancer to come back", 120)


def test_a_site_that_is_cut_off_is_survived(three):
    three.run("lab", "cut", "--site", "b").ok()
    try:
        three.eventually(
            lambda: three.run("kubectl", "--", "create", "configmap", "written", "--dry-run=none").code == 0,
            "a write to succeed while site b is away",
            60,
        )
    finally:
        three.run("lab", "heal").ok()
    three.eventually(lambda: healthy(three), "site b to come back", 120)
    three.run("kubectl", "--", "delete", "configmap", "written").ok()
    assert three.plan() == []


def test_a_storm_loses_nothing_and_can_be_judged_again(three):
    """Times say little on a busy computer; what became of the data is no matter of time."""
    ran = three.run(
        *("storm", "run", "machine_cut_off@site:c", "--seconds", "6", "--seed", "7"),
        *("--yes", "-o", "json"),
    )
    assert ran.code in (0, 1, 3), ran.err[-3000:]
    report = ran.json
    assert [set(row["targets"]) for row in report["injections"]] == [{"c-etcd1", "c-cp1"}]
    for row in report["injections"]:
        assert row["injected"] < row["healed"] < row["recovered"], row
        assert row["survives"] is True
    found = {finding["id"]: finding for finding in report["findings"]}
    assert found["STORM-FLUSH"]["verdict"] == "PASS"
    assert [
        id_ for id_ in ("STORM-LEDGER", "STORM-LINEARIZABLE", "STORM-WATCHES") if found[id_]["verdict"] == "FAIL"
    ] == []
    assert report["ledger"]["acknowledged"] > 5
    again = three.run("storm", "judge", report["run"], "-o", "json")
    assert (again.code, again.json) == (ran.code, report)
    assert "<svg" in three.run("storm", "show", "--html").out
    assert three.plan() == []


def test_a_storm_whose_controller_is_killed_heals_by_itself(three):
    """By the guard process, and by a timer on the machine where that is gone too."""
    three.kill_at("until it is healed", "storm", "run", "machine_cut_off@c-cp1", "--seconds", "60", "--yes")
    rules = "nft list tables | grep -c storm_; true"
    three.eventually(lambda: three.ssh("c-cp1", rules).out.strip() == "0", "the guard process to heal c-cp1", 60)
    fault = deadman.arm("t_9", 2, "rm -f /run/a-fault\n") + "touch /run/a-fault\n"
    three.ssh("c-cp1", fault).ok()
    three.eventually(lambda: three.ssh("c-cp1", "test -e /run/a-fault").code == 1, "the timer to heal c-cp1", 30)
    three.eventually(lambda: "nothing was left" in three.run("storm", "heal").out, "nothing to be left", 60)
    assert three.run("storm", "heal").ok().out.count("healed") == 0
    three.eventually(lambda: healthy(three), "the cluster to come back", 90)


def test_a_roll_of_everything_is_not_noticed(three):
    """A flag of the API servers, HAProxy's configuration and etcd's leader, one machine after the other."""
    text = three.file.read_text()
    three.file.write_text(with_audit(text, 31))
    leader = next(m["name"] for m in three.run("status", "-o", "json").json["etcd"]["members"] if m["leader"])
    three.ssh(leader, "echo '# edited' >>/etc/etcd/etcd.yaml").ok()
    for balancer in ("a-lb1", "b-lb1"):
        three.ssh(balancer, "echo '# edited' >>/etc/seakeep/lb/haproxy.cfg").ok()
    report = three.run("apply", "--yes", "-o", "json").ok().json
    probe = report["probe"]
    assert probe["reads"] > 100
    assert probe["writes"] > 100
    assert (probe["failed"], probe["backwards"]) == (0, 0), probe["failures"]
    notes = [record["text"] for record in three.journal() if record["record"] == "note"]
    assert any(note.startswith("probe: ") and "0 failed" in note for note in notes)
    left = ("kubectl", "--", "get", "namespaces", "-l", "seakeep.dev/probe=apply", "-o", "name")
    three.eventually(lambda: three.run(*left).ok().out == "", "the probe's namespace to go")
    assert three.plan() == []


def test_what_a_living_cluster_does_not_bear_is_refused(three):
    nodes.what_a_living_cluster_does_not_bear_is_refused(three)


def test_a_worker_comes_and_goes_and_its_budget_is_kept(three):
    nodes.a_worker_comes_and_goes_and_its_budget_is_kept(three)


def test_the_first_member_is_replaced_and_a_crash_on_the_way_is_recovered_from(three):
    nodes.the_first_member_is_replaced_and_a_crash_on_the_way_is_recovered_from(three)


def test_a_member_that_comes_back_with_old_data_is_not_let_in(three):
    nodes.a_member_that_comes_back_with_old_data_is_not_let_in(three)


def test_the_vip_holder_and_a_control_plane_go_and_come_back(three):
    nodes.the_vip_holder_and_a_control_plane_go_and_come_back(three)


def test_a_load_balancer_that_was_removed_while_it_did_not_answer_never_gets_the_vip_again(three):
    nodes.a_load_balancer_that_was_removed_while_it_did_not_answer_never_gets_the_vip_again(three)


def test_reset_leaves_twelve_bare_machines(three):
    three.run("reset", "--yes").ok()
    for machine in ("a-etcd1", "b-cp1", "a-lb1", "b-worker1"):
        left = three.ssh(machine, "ls -d /opt/seakeep /etc/seakeep /etc/kubernetes /etc/etcd 2>/dev/null; true").ok()
        assert left.out == ""
