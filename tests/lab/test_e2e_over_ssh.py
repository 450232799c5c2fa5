"""A file without a lab section: machines by address, an account with sudo, host keys from ~/.ssh/known_hosts.

The machine is a container, reached as any other is: by an ordinary connection from where its address is routed (the
lab's network namespace, in which the commands run).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.lab.cluster import Cluster, Ran

pytestmark = pytest.mark.lab

FILE = """\
apiVersion: seakeep/v1
kind: Cluster
metadata: {{name: {name}}}
spec:
  kubernetes: {{images: preload}}  # its network reaches no registry
  ssh: {{user: {user}, key: {key}}}
  machines:
    - {{name: single, address: 10.78.0.11, roles: [etcd, control-plane, worker]}}
  tenants:  # baseline, because a kernel without seccomp runs nothing that is restricted
    - {{name: shop, groups: [shop-team], podSecurity: baseline}}
    - {{name: bank, groups: [bank-team], role: admin, podSecurity: baseline, quota: {{cpu: 1500m, memory: 2048Mi}}}}
  preflight:
    waive:
      - {{id: PRE011, reason: a container on a shared disk, owner: tests, expires: "2099-01-01"}}
"""


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A bare machine: its lab, and its lab's folder."""
    lab = Cluster.of("single", f"bare-{os.getpid()}", tmp_path_factory.mktemp("bare"))
    base = Path(os.environ.get("XDG_STATE_HOME", Path.home() / ".local/state"))
    try:
        lab.run("lab", "up").ok()
        yield lab, base / "seakeep-lab" / lab.name
    finally:
        lab.run("lab", "down").ok()


def proofs(seakeep, *ids, code):
    """id -> (verdict, message) of each tenant."""
    only = [word for id_ in ids for word in ("--only", id_)]
    report = seakeep("check", "--live", "--all", *only, "-o", "json").ok(code).json
    found = {}
    for each in report["findings"]:
        if each["id"].startswith("SEC"):
            found.setdefault(each["id"], []).append((each["verdict"], each["message"]))
    left = seakeep("kubectl", "--", "get", "pods", "-A", "-o", "name").ok().out
    assert "seakeep-check" not in left
    return found


def tenants_are_kept_apart(seakeep):
    """Every proof holds, that of the packets included: what is allowed flows, what is not is refused."""
    ids = [f"SEC{id_:03}" for id_ in range(8, 15)]
    found = proofs(seakeep, *ids, code=0)
    assert {id_: [verdict for verdict, _ in said] for id_, said in found.items()} == dict.fromkeys(ids, ["PASS"] * 2)
    assert sorted(message.partition(":")[0] for _, message in found["SEC014"]) == [
        "a pod of bank does not reach one of its own",
        "a pod of shop does not reach one of its own",
    ]


def without_an_enforcer_they_are_not(lab, seakeep, file):
    """Its rules go with it, and what they refused is let through again: policies alone are a wish."""
    rules = "nft list chain ip filter KUBE-ROUTER-FORWARD"
    lab.ssh("single", rules).ok()
    file.write_text(file.read_text().replace("  tenants:", "  network: {policyEnforcer: none}\n  tenants:"))
    plan = seakeep("plan", "-o", "json").ok(1).json
    assert [change["what"] for change in plan["changes"]] == [
        "delete DaemonSet kube-system/kube-router",
        "delete ClusterRoleBinding seakeep:kube-router",
        "delete ClusterRole seakeep:kube-router",
        "delete ServiceAccount kube-system/kube-router",
        "remove the rules of kube-router",
    ]
    seakeep("apply", "--yes").ok()
    assert seakeep("plan", "-o", "json").ok().json["changes"] == []
    assert "KUBE-ROUTER" not in lab.ssh("single", "nft list table ip filter || true").out
    found = proofs(seakeep, "SEC014", code=1)
    assert [(verdict, message.partition(":")[0]) for verdict, message in found["SEC014"]] == [
        ("FAIL", "a pod of bank reaches one of its own"),
        ("FAIL", "a pod of shop reaches one of its own"),
    ]


def a_tenant_that_leaves_is_shut_out_and_kept(seakeep, file):
    """Its quota stays with its namespace: only the rights go. Its people are not asked about any more."""
    text = file.read_text()
    file.write_text("".join(line for line in text.splitlines(True) if "name: bank" not in line))
    plan = seakeep("plan", "-o", "json").ok(1)
    assert [change["what"] for change in plan.json["changes"]] == [
        "delete RoleBinding bank/seakeep:tenant",
        "delete Role bank/seakeep:tenant",
    ]
    assert "-- delete namespace bank` deletes" in plan.err
    seakeep("apply", "--yes").ok()
    asked = ("get", "secrets", "-n", "bank", "--as=ann", "--as-group=bank-team")
    assert "Forbidden" in seakeep("kubectl", "--", *asked).ok(1).err
    seakeep("kubectl", "--", "get", "resourcequota,limitrange", "-n", "bank", "-o", "name").ok()
    file.write_text(text)


def test_the_same_commands_do_the_same_over_plain_ssh(machine, tmp_path):
    lab, folder = machine
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True, mode=0o700)
    (home / ".ssh" / "known_hosts").write_text("")
    file = tmp_path / "production.yaml"
    file.write_text(FILE.format(name=f"real-{os.getpid()}", user="ops", key=folder / "id_ed25519"))
    cache = os.environ.get("SEAKEEP_CACHE") or str(Path.home() / ".cache" / "seakeep")

    def seakeep(*args: str) -> Ran:
        command = [sys.executable, "-m", "seakeep", "-f", str(file), "--state", str(tmp_path / "state"), *args]
        done = subprocess.run(
            ["ip", "netns", "exec", f"seakeep-{lab.name}", *command],
            capture_output=True,
            text=True,
            timeout=400,
            stdin=subprocess.DEVNULL,
            check=False,
            env={**os.environ, "HOME": str(home), "SEAKEEP_CACHE": cache},
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    unknown = seakeep("plan").ok(3)
    assert "known_hosts" in unknown.out + unknown.err

    (home / ".ssh" / "known_hosts").write_text((folder / "known_hosts").read_text())
    applied = seakeep("apply", "--yes", "-o", "json").ok().json
    assert {finding["verdict"] for finding in applied["proof"]} == {"PASS"}
    assert seakeep("status", "-o", "json").ok().json["verdict"] == "PASS"
    assert seakeep("plan", "-o", "json").ok().json["changes"] == []
    assert "single" in seakeep("kubectl", "--", "get", "nodes").ok().out
    tenants_are_kept_apart(seakeep)
    without_an_enforcer_they_are_not(lab, seakeep, file)
    a_tenant_that_leaves_is_shut_out_and_kept(seakeep, file)
    seakeep("reset", "--yes").ok()
