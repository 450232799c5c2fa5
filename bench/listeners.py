"""How long those who only listen do not hear when the holder of the VIP falls silent: a Service is made after the
loss, and each node's kube-proxy has to write its rules.

    .venv/bin/python bench/listeners.py [--runs 2] [--keep FOLDER]

A lab of three sites and a state folder of its own. A watch stays on its connection to a machine that answers nothing
any more. `asks`: kube-proxy asks a silent connection for a sign of life as Seakeep tells it to (`NOTICES_SILENCE` in
src/seakeep/artifacts/unit.py). `library`: without that, as Kubernetes' client library does by itself. Seconds count
from the loss to the rules: of the node that was the first, and of the last one.
"""

import argparse
import json
import os
import subprocess
import time
from pathlib import Path

from lab import Lab, opened
from seakeep.artifacts.unit import NOTICES_SILENCE

SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: kube-system}}
spec:
  selector: {{k8s-app: kube-dns}}
  ports: [{{name: dns-tcp, port: 53, protocol: TCP}}]
"""
LIMIT = 120
OVERRIDE = "/etc/systemd/system/kube-proxy.service.d/bench.conf"


def holder(lab: Lab) -> str:
    """The machine that has the VIP."""
    return str(json.loads(lab.run("status", "-o", "json"))["endpoint"]["holder"])


def nodes(lab: Lab) -> list[str]:
    named = lab.run("kubectl", "--", "get", "nodes", "-o", "name")
    return [line.removeprefix("node/") for line in named.split()]


def without_asking(lab: Lab, hosts: list[str]) -> None:
    """kube-proxy as the client library is by itself. `seakeep apply` takes the override away again."""
    names = " ".join(name for name, _ in NOTICES_SILENCE)
    text = f"[Service]\\nUnsetEnvironment={names}\\n"
    script = f"mkdir -p {OVERRIDE.rpartition('/')[0]} && printf '{text}' >{OVERRIDE} && systemctl daemon-reload"
    for host in hosts:
        lab.run("ssh", host, "--", f"{script} && systemctl restart kube-proxy")
    time.sleep(10)


def listening(lab: Lab, host: str, service: str) -> "subprocess.Popen[str]":
    """Prints the moment at which the node has rules for the Service; all machines have this computer's clock."""
    script = (
        f"for i in $(seq {LIMIT * 5}); do nft list table ip kube-proxy 2>/dev/null | grep -q 'kube-system/{service}/' "
        "&& { date +%s.%N; exit 0; }; sleep 0.2; done; exit 1"
    )
    return lab.started(host, script)


def measured(lab: Lab, hosts: list[str], service: str) -> list[float]:
    """Seconds from the loss to the rules, by node. RuntimeError where a node never had them."""
    lost = holder(lab)
    waiting = [listening(lab, host, service) for host in hosts]
    time.sleep(3)
    start = time.time()
    lab.run("lab", "cut", lost)
    try:
        manifest = lab.file.with_name("service.yaml")
        manifest.write_text(SERVICE.format(name=service))
        while lab.tried("kubectl", "--", "apply", "-f", str(manifest)).returncode:
            if time.time() - start > LIMIT:
                raise RuntimeError("no API")
        made = time.time() - start
        heard = [float(process.communicate()[0] or "inf") - start for process in waiting]
        lab.run("kubectl", "--", "delete", "-f", str(manifest))
    finally:
        lab.run("lab", "heal")
    if max(heard) == float("inf"):
        raise RuntimeError(f"a node had no rules within {LIMIT} s: {heard}")
    print(f"    {lost} lost, the Service was made after {made:.1f} s", flush=True)
    return heard


def settled(lab: Lab) -> None:
    """Wait until all is well with the machine that was lost."""
    while lab.tried("status").returncode:
        time.sleep(1)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    with opened("listeners", chosen.keep) as lab:
        lab.run("up", "--yes")
        hosts = nodes(lab)
        for how in ("asks", "library"):
            if how == "library":
                without_asking(lab, hosts)
            for number in range(chosen.runs):
                settled(lab)
                heard = measured(lab, hosts, f"heard-{how}-{number}-{os.getpid()}")
                print(f"{how:8} first {min(heard):5.1f} s, last {max(heard):5.1f} s of {len(heard)} nodes", flush=True)
        settled(lab)
        lab.run("apply", "--yes")


if __name__ == "__main__":
    main()
