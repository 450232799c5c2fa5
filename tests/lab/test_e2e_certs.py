"""Certificates that live for two minutes, and authorities that are replaced: what the cluster outlives.

The tests share one machine and stand in the order in which they leave it. Time is the machines' own: the first half
waits for certificates to end.
"""

import json
import os
import time
from datetime import UTC, datetime

import pytest
from tests.lab.cluster import Cluster

pytestmark = pytest.mark.lab

LIFE = "  pki: {leafLifetime: 2m}\n"
AUTHORITIES = ("cluster", "etcd", "front-proxy")


@pytest.fixture(scope="module")
def one(tmp_path_factory):
    """One machine with every role, whose certificates live for two minutes."""
    cluster = Cluster.of("single", f"certs-{os.getpid()}", tmp_path_factory.mktemp("certs"))
    cluster.file.write_text(cluster.file.read_text().replace("  lab: {}", f"{LIFE}  lab: {{}}"))
    try:
        cluster.run("up", "--yes", timeout=3600).ok()
        yield cluster
    finally:
        cluster.run("lab", "down").ok()


def rows(cluster, *codes):
    """Every certificate by name; `codes` are what the command may exit with."""
    listed = cluster.run("certs", "list", "-o", "json")
    assert listed.code in (codes or (0,)), listed.out[-3000:] + listed.err[-3000:]
    return {row["name"]: row for row in listed.json["certificates"]}


def leaves(found):
    return {name: row for name, row in found.items() if row["kind"] == "leaf"}


def wait_until(moment):
    left = (datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds()
    time.sleep(max(0, left) + 1)


def last_end(found):
    return max(row["notAfter"] for row in leaves(found).values())


def test_every_certificate_is_listed_and_served_as_it_lies_on_the_disk(one):
    found = rows(one, 0, 1)
    served = [(port["component"], port["matches"]) for row in found.values() for port in row["served"]]
    assert sorted(served) == [
        ("etcd clients", True),
        ("etcd peers", True),
        ("kube-apiserver", True),
        ("kube-controller-manager", True),
        ("kube-scheduler", True),
        ("kubelet", True),
    ]
    assert all(place["matches"] for row in leaves(found).values() for place in row["places"])
    assert all(row["remainingSeconds"] <= 120 for row in leaves(found).values())


def test_the_cluster_outlives_its_first_certificates(one):
    """What takes time meanwhile is done meanwhile."""
    first = rows(one, 0, 1)
    report = one.run("certs", "renew", "--within", "10m", "--yes", "-o", "json").ok().json
    assert len(report["renewed"]) == len(leaves(first))
    nothing_is_restarted_for_what_programs_follow(one)
    names_are_checked(one)
    wait_until(last_end(first))
    assert "single" in one.run("kubectl", "--", "get", "nodes", "--no-headers").ok().out
    second = rows(one, 0, 1)
    assert {name for name, row in leaves(second).items() if row["serial"] == first[name]["serial"]} == set()
    assert all(port["matches"] for row in second.values() for port in row["served"])
    # The kubelet has got another one from the cluster by itself.
    assert second["kubelet/single"]["notAfter"] > last_end(first)


def names_are_checked(one):
    assert "did you mean apiserver-single?" in one.run("certs", "renew", "apiserver-singel").ok(2).err
    named = one.run("certs", "renew", "etcd").ok(2).err
    assert "`seakeep certs rotate-ca -f " in named
    assert " etcd` replaces it" in named
    assert "did you mean cluster?" in one.run("certs", "rotate-ca", "clusster").ok(2).err
    assert "exclude each other" in one.run("certs", "renew", "--all", "admin").ok(2).err
    assert "such as 30d" in one.run("certs", "renew", "--within", "soon").ok(2).err


def nothing_is_restarted_for_what_programs_follow(one):
    before = processes(one)
    one.run("certs", "renew", "apiserver-single", "kubelet-single", "server-single", "peer-single", "--yes").ok()
    assert processes(one) == before


def processes(cluster):
    units = "etcd kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy"
    said = cluster.ssh("single", f"for u in {units}; do echo $u $(systemctl show -p MainPID --value $u); done").ok()
    return dict(line.split() for line in said.out.splitlines())


def test_a_cluster_whose_certificates_have_all_ended_is_brought_back_by_an_apply(one):
    """With a life of a year from now on, so that what follows is not in a hurry."""
    # Without it the kubelet gets no other one, as it would not once the controller manager's own has ended.
    one.ssh("single", "systemctl stop kube-controller-manager").ok()
    found = rows(one, 0, 1, 3)
    wait_until(max(last_end(found), found["kubelet/single"]["notAfter"]))
    ended = rows(one, 1)
    assert ended["kubelet/single"]["remainingSeconds"] <= 0
    assert all(row["verdict"] == "FAIL" for row in leaves(ended).values())
    assert one.run("status").code in (1, 3)
    # No API whose certificate has ended can be read: 3.
    changes = one.run("plan", "-o", "json").ok(3).json["changes"]
    assert any(change["why"].startswith("expired on") for change in changes)
    one.file.write_text(one.file.read_text().replace(LIFE, ""))
    one.run("apply", "--yes").ok()
    assert one.run("status", "-o", "json").ok().json["certificates"]["days"] == 364
    rows(one)
    assert one.plan() == []


SHOP = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "shop", "namespace": "kube-system"},
    "spec": {
        "selector": {"matchLabels": {"app": "shop"}},
        "template": {
            "metadata": {"labels": {"app": "shop"}},
            "spec": {
                "terminationGracePeriodSeconds": 1,
                "containers": [
                    {
                        "name": "shop",
                        "image": "registry.k8s.io/e2e-test-images/agnhost:2.53",
                        "imagePullPolicy": "IfNotPresent",
                        "args": ["pause"],
                    }
                ],
            },
        },
    },
}
"""Somebody's pods, in a namespace that is not restricted. Like most, they get a token and what to trust."""


def rolled_out(one, deployment):
    what = f"deployment/{deployment}"
    one.run("kubectl", "--", "-n", "kube-system", "rollout", "status", what, "--timeout=90s").ok()


def test_a_rotation_that_is_killed_goes_on_and_waits_for_pods_that_trust_too_little(one):
    shop = one.folder / "shop.json"
    shop.write_text(json.dumps(SHOP))
    one.run("kubectl", "--", "apply", "-f", str(shop)).ok()
    rolled_out(one, "shop")
    old = rows(one)
    said = one.kill_at("single: restart kube-apiserver", "certs", "rotate-ca", *AUTHORITIES, "--yes")
    assert "error:" not in said
    refused = one.run("certs", "rotate-ca", "service-account", "--yes").ok(4)
    assert "already in progress: cluster (at trust), etcd (at trust), front-proxy (at trust)" in refused.err
    one.run("resume", "--yes").ok()
    assert one.run("status", "-o", "json").ok().json["certificates"]["rotating"] == [
        f"{a} (at trust)" for a in AUTHORITIES
    ]
    stopped = one.run("certs", "rotate-ca", *AUTHORITIES, "--yes").ok(4)
    assert "kube-system/shop-" in stopped.err
    assert "rollout restart" in stopped.err
    assert leaves(rows(one))["cluster/admin"]["serial"] == old["cluster/admin"]["serial"]
    one.run("kubectl", "--", "-n", "kube-system", "rollout", "restart", "deployment/shop").ok()
    rolled_out(one, "shop")
    pods = ("kubectl", "--", "-n", "kube-system", "get", "pods", "-l", "app=shop", "--no-headers")
    one.eventually(lambda: one.run(*pods).out.count("shop-") == 1, "the old pod to go")
    one.run("certs", "rotate-ca", *AUTHORITIES, "--yes").ok()
    new = rows(one)
    assert {row["serial"] for row in leaves(new).values()}.isdisjoint(row["serial"] for row in leaves(old).values())
    assert {name for name, row in new.items() if row["kind"] == "authority"} == {f"{ca}/ca" for ca in AUTHORITIES}
    for ca in AUTHORITIES:
        assert new[f"{ca}/ca"]["serial"] != old[f"{ca}/ca"]["serial"]
    assert one.run("status", "-o", "json").ok().json["verdict"] == "PASS"
    assert one.plan() == []
    published = one.run("kubectl", "--", "get", "cm", "kube-root-ca.crt", "-o", r"jsonpath={.data.ca\.crt}").ok().out
    assert published.strip() == (one.state / "pki/cluster/trust.crt").read_text().strip()
    assert published.count("BEGIN CERTIFICATE") == 1


def test_the_journal_says_which_stage_was_done(one):
    what = [record["what"] for run in (one.state / "runs").glob("*rotate-ca*") for record in begun(run)]
    for stage in ("make and trust the next", "sign with the next", "forget the previous"):
        assert {f"{stage} {ca} authority" for ca in AUTHORITIES} <= set(what)


def begun(run):
    lines = (run / "journal.jsonl").read_text().splitlines()
    return [record for record in map(json.loads, lines) if record["record"] == "begin"]
