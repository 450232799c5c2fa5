"""How cost grows with the number of machines.

    .venv/bin/python -m bench.fleet [--machines 10 50 200 1000]

In a network namespace of its own, with simulated machines behind a real SSH server on the same processors. Needs root.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import asyncssh

from seakeep.core.clock import SystemClock

from .design import FIRST, PORT, spec
from .world import issue

ROOT = Path(__file__).parents[2]
FILE = "/etc/sysctl.d/90-seakeep.conf"


def keys(folder: Path, count: int) -> None:
    """SSH keys, and the host key of every machine."""
    for name in ("host", "key"):
        key = asyncssh.generate_private_key("ssh-ed25519")
        (folder / name).touch(mode=0o600)
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
    host = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known_hosts").write_text("".join(f"[{FIRST + n}]:{PORT} {host}\n" for n in range(count)))


def prepare(folder: Path, count: int) -> None:
    """Cluster file, SSH keys, and the state folder of a cluster that is whole."""
    keys(folder, count)
    (folder / "cluster.yaml").write_text(spec(count, folder / "key"))
    issue(folder, SystemClock())


@dataclass(frozen=True)
class Measure:
    """One client process. CPU and wall in seconds, memory in MiB."""

    machines: int
    what: str
    cpu: float
    wall: float
    mib: float

    def row(self, start: float) -> str:
        """A line of the table; `start` is the CPU of an interpreter with everything imported and no machine."""
        each = (self.cpu - start) / self.machines * 1000
        return f"| {self.machines} | {self.what} | {self.cpu:.2f} | {each:.1f} | {self.wall:.1f} | {self.mib:.0f} |"


def client(*arguments: str) -> tuple[str, float, float, float]:
    """Run it; what it printed, CPU, wall, peak MiB."""
    start = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.fleet.client", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = process.stdout.read().strip()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return said, usage.ru_utime + usage.ru_stime, time.monotonic() - start, usage.ru_maxrss / 1024


def measured(folder: Path, count: int, what: str, verb: str, changes: int) -> Measure:
    """A client that must find exactly so many changes."""
    said, cpu, wall, mib = client(str(folder), verb)
    if said != str(changes):
        raise SystemExit(f"{what} on {count} machines: {said} changes, wanted {changes}")
    return Measure(count, what, cpu, wall, mib)


def one_size(count: int) -> list[Measure]:
    """All measures for a number of machines."""
    with tempfile.TemporaryDirectory(prefix="seakeep-fleet-") as made:
        folder = Path(made)
        prepare(folder, count)
        server = subprocess.Popen(
            [sys.executable, "-m", "bench.fleet.server", str(folder)],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert server.stdin is not None
        try:
            _told(server, "ready")
            measures = [measured(folder, count, "plan, nothing to do", "plan", 0)]
            for spoiled in (1, count):
                server.stdin.write(f"{spoiled}\n")
                server.stdin.flush()
                _told(server, "spoiled")
                measures.append(measured(folder, count, f"apply one file on {spoiled}", "apply", spoiled))
        finally:
            server.stdin.close()
            server.wait(timeout=60)
    return measures


def _told(server: subprocess.Popen[str], word: str) -> None:
    assert server.stdout is not None
    if server.stdout.readline().strip() != word:
        raise SystemExit("the simulated machines ended")


def now() -> str:
    """When it was measured, and what else the computer did."""
    return f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the start"


def main() -> None:
    """All sizes, in a namespace where every address of the fleet is this computer's own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", type=int, nargs="+", default=[10, 50, 200, 1000])
    chosen = parser.parse_args()
    os.unshare(os.CLONE_NEWNET) if hasattr(os, "unshare") else _unshared()
    for command in ("ip link set lo up", "ip route add local 10.90.0.0/16 dev lo"):
        subprocess.run(command.split(), check=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))
    start = min(client("--nothing")[1] for _ in range(3))
    print(
        f"{now()}; {start:.2f} s of CPU before the first machine (interpreter and imports, the simulation's included)\n"
    )
    print("| machines | what | CPU, s | CPU a machine, ms | wall, s | peak, MiB |\n|---|---|---|---|---|---|")
    for count in chosen.machines:
        for measure in one_size(count):
            print(measure.row(start), flush=True)


def _unshared() -> None:
    """Python before 3.12 cannot: start again under unshare."""
    if os.environ.get("SEAKEEP_FLEET_NS") != "1":
        os.environ["SEAKEEP_FLEET_NS"] = "1"
        os.execvp("unshare", ["unshare", "--net", sys.executable, "-m", "bench.fleet", *sys.argv[1:]])


if __name__ == "__main__":
    asyncio.set_event_loop(None)
    main()
