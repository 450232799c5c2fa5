"""What it costs to read and to judge a large living cluster.

    .venv/bin/python -m bench.live [--nodes 5000] [--pods 150000] [--runs 1]

A simulated API server in another process, behind a real SSH server, in a network namespace of its own; both on the same
processors. Needs root. Ends with 1 where a full cluster takes more than 60 s or 1 GiB of the client.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.fleet.__main__ import ROOT, prepare

MACHINES = 11
SECONDS, MIB = 60.0, 1024.0
"""What the largest size may take."""


def client(folder: Path, *words: str) -> tuple[dict[str, Any], float, float]:
    """What it printed, processor seconds, and seconds on the wall, from start to end of the process."""
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.live.client", str(folder), *words], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"the client ended with {process.returncode}")
    return json.loads(said), usage.ru_utime + usage.ru_stime, time.monotonic() - started


def main() -> int:
    """Print the measures; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--nodes", type=int, default=5000)
    parser.add_argument("--pods", type=int, default=150_000)
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    _unshared()
    for command in ("ip link set lo up", "ip route add local 10.90.0.0/16 dev lo"):
        subprocess.run(command.split(), check=True)
    with tempfile.TemporaryDirectory(prefix="seakeep-live-") as made:
        folder = Path(made)
        prepare(folder, MACHINES)
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.live.server", str(folder), str(chosen.nodes), str(chosen.pods)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            _, pages, whole, sent = server.stdout.readline().split()
            print(f"{chosen.nodes} nodes, {chosen.pods} pods: {pages} pages, {whole} MB of JSON, {sent} MB sent; "
                  f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")  # fmt: skip
            missed = True
            for _ in range(chosen.runs):
                said, cpu, wall = client(folder)
                missed &= not (wall <= SECONDS and said["mib"] <= MIB and not said["unread"])
                print(json.dumps({"wall": round(wall, 1), "cpu": round(cpu, 1)} | {
                    name: round(value, 1) if isinstance(value, float) else value for name, value in said.items()
                }), flush=True)  # fmt: skip
        finally:
            server.stdin.close()
            server.wait(timeout=60)
    return 1 if missed else 0


def _unshared() -> None:
    if hasattr(os, "unshare"):
        os.unshare(os.CLONE_NEWNET)
    elif os.environ.get("SEAKEEP_LIVE_NS") != "1":
        os.environ["SEAKEEP_LIVE_NS"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", "bench.live", *sys.argv[1:]])


if __name__ == "__main__":
    asyncio.set_event_loop(None)
    sys.exit(main())
