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
    seakeep("reset", "--yes").ok()
