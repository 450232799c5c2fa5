"""Thirty files and their modes on N machines, nothing to do: Seakeep beside pyinfra and ansible-core.

    .venv/bin/python -m bench.fleet.peers [--machines 10 50] [--runs 3] [--tools pyinfra]

A real sshd answers at N addresses of a network namespace of its own; its machines are this computer, with an empty
home for root. The peers come from PyPI into a venv of their own, kept for the next time. ansible-core has pipelining,
as many forks as there are machines, connections that it keeps between its runs (ControlPersist), gathers no facts,
and copies the folder in one task; pyinfra has as many workers as there are machines. Every tool is a new process that
must say by itself that nothing had to change, and its line is printed when it is done: the quickest of its runs.
Needs root and an sshd.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .__main__ import ROOT, keys, now
from .design import FIRST, PORT

FILES = 30
VERSIONS = ("ansible-core==2.19.14", "pyinfra==3.10.0")
LONG = 60.0
"""Seconds of a tool's runs after which it is not run again: what disturbs weighs little beside them."""

_TICKS = os.sysconf("SC_CLK_TCK")
_SSH = "-o StrictHostKeyChecking=yes -o UserKnownHostsFile={folder}/known_hosts -o IdentitiesOnly=yes"


@dataclass(frozen=True)
class Tool:
    """A command line, and the pattern that its output has `times` times when nothing had to change, and only then."""

    name: str
    command: tuple[str, ...]
    unchanged: str
    times: int = 1


@dataclass(frozen=True, order=True)
class Measure:
    """One run, in seconds. `cpu` is of the process and all that it started and waited for, `machines` of sshd and all
    that its sessions ran, `others` of whatever else this computer did meanwhile: what makes `wall` worth less."""

    wall: float
    cpu: float
    machines: float
    others: float

    def row(self, count: int, tool: str, runs: int, ours: "Measure") -> str:
        """A line of the table; `ours` is Seakeep's measure."""
        seconds = " | ".join(f"{each:.2f}" for each in (self.wall, self.cpu, self.machines, self.others))
        times = f"{self.wall / ours.wall:.1f} | {self.cpu / ours.cpu:.1f}"
        return f"| {count} | {tool} | {runs} | {seconds} | {times} |"


def install(folder: Path) -> Path:
    """The peers' venv; its bin."""
    if not (folder / "bin" / "pyinfra").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        subprocess.run([str(folder / "bin" / "pip"), "install", "-q", *VERSIONS], check=True)
    return folder / "bin"


def prepare(folder: Path, count: int) -> None:
    """Keys, the files as they are wanted and as they lie on the machines, and what each tool reads."""
    keys(folder, count)
    for name in ("source", "kept"):
        (folder / name).mkdir()
        for number in range(FILES):
            file = folder / name / f"file{number:02}.conf"
            file.write_text("".join(f"setting{line} = {number * line}\n" for line in range(40)))
            file.chmod(0o640)
    hosts = [str(FIRST + number) for number in range(count)]
    (folder / "ansible.cfg").write_text(
        f"[defaults]\nforks = {count}\ninventory = {folder}/hosts\nhost_key_checking = true\n"
        f"[ssh_connection]\npipelining = true\ncontrol_path_dir = {folder}/cp\n"
        f"ssh_args = -o ControlMaster=auto -o ControlPersist=600 {_SSH.format(folder=folder)}\n"
    )
    (folder / "hosts").write_text(
        "".join(
            f"{host} ansible_port={PORT} ansible_user=root ansible_ssh_private_key_file={folder}/key"
            f" ansible_python_interpreter={sys.executable}\n"
            for host in hosts
        )
    )
    (folder / "keep.yaml").write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - copy:\n"
        f"        src: {folder}/source/\n        dest: {folder}/kept/\n"
        "        owner: root\n        group: root\n        mode: '0640'\n"
    )
    (folder / "inventory.py").write_text(
        f"hosts = [(host, {{'ssh_port': {PORT}, 'ssh_user': 'root', 'ssh_key': '{folder}/key',"
        f" 'ssh_known_hosts_file': '{folder}/known_hosts', 'ssh_strict_host_key_checking': 'yes'}})"
        f" for host in {hosts!r}]\n"
    )
    (folder / "deploy.py").write_text(
        "from pyinfra.operations import files\n"
        f"for number in range({FILES}):\n"
        "    name = f'file{number:02}.conf'\n"
        f"    files.put(src=f'{folder}/source/{{name}}', dest=f'{folder}/kept/{{name}}', user='root', group='root',"
        " mode='640')\n"
    )


def tools(folder: Path, peers: Path, count: int) -> tuple[Tool, ...]:
    """The three, Seakeep first."""
    pyinfra = (str(peers / "pyinfra"), "-y", "--parallel", str(count), f"{folder}/inventory.py", f"{folder}/deploy.py")
    return (
        Tool("seakeep", (sys.executable, "-m", "bench.fleet.keep", str(folder), str(count)), r"\A0\n\Z"),
        Tool("pyinfra", pyinfra, rf"Grand total +{FILES * count} +- +- +{FILES * count}\s"),
        Tool("ansible-core", (str(peers / "ansible-playbook"), f"{folder}/keep.yaml"), r"ok=1 +changed=0 ", count),
    )


def measured(tool: Tool, folder: Path, sshd: int) -> Measure:
    """Run it. SystemExit where it fails or does not say that nothing changed. `sshd` is the server's process."""
    environment = {**os.environ, "ANSIBLE_CONFIG": f"{folder}/ansible.cfg", "NO_COLOR": "1", "COLUMNS": "200"}
    start, busy, served = time.monotonic(), all_cpu(), cpu_below(sshd)
    process = subprocess.Popen(
        tool.command, cwd=ROOT if tool.name == "seakeep" else folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall, cpu = time.monotonic() - start, usage.ru_utime + usage.ru_stime
    if process.returncode or len(re.findall(tool.unchanged, said)) != tool.times:
        raise SystemExit(f"{tool.name} ended with {process.returncode}:\n{said[-3000:]}")
    served = cpu_below(sshd) - served
    return Measure(wall, cpu, served, max(0.0, all_cpu() - busy - cpu - served))


def all_cpu() -> float:
    """CPU seconds of everything on this computer since it started: user, nice, system, interrupts."""
    user, nice, system, _, _, irq, softirq, *_ = Path("/proc/stat").read_text().split(maxsplit=8)[1:]
    return (int(user) + int(nice) + int(system) + int(irq) + int(softirq)) / _TICKS


def cpu_below(ancestor: int) -> float:
    """CPU seconds of a process and all its descendants, those that have ended and were waited for included."""
    ticks: dict[int, int] = {}
    children: dict[int, list[int]] = {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        pid = int(file.parent.name)
        ticks[pid] = sum(map(int, fields[11:15]))
        children.setdefault(int(fields[1]), []).append(pid)
    found, total = [ancestor], 0
    while found:
        pid = found.pop()
        total += ticks[pid]
        found += children.get(pid, [])
    return total / _TICKS


def repeated(tool: Tool, folder: Path, sshd: int, runs: int) -> tuple[Measure, int]:
    """The quickest run and how many there were: fewer than asked for where they take long."""
    found: list[Measure] = []
    while len(found) < runs and sum(each.wall for each in found) < LONG:
        found.append(measured(tool, folder, sshd))
    return min(found), len(found)


def one_size(count: int, peers: Path, chosen: argparse.Namespace) -> None:
    """A line for each tool, Seakeep's first."""
    with tempfile.TemporaryDirectory(prefix="seakeep-peers-") as made:
        folder = Path(made)
        prepare(folder, count)
        server = serve(folder, chosen.sshd)
        try:
            ours: Measure | None = None
            for tool in tools(folder, peers, count):
                if tool.name not in ("seakeep", *chosen.tools):
                    continue
                best, runs = repeated(tool, folder, server.pid, chosen.runs)
                ours = ours or best
                print(best.row(count, tool.name, runs, ours), flush=True)
        finally:
            for socket in (folder / "cp").glob("*"):
                subprocess.run(
                    ["ssh", "-o", f"ControlPath={socket}", "-O", "exit", "x"], check=False, capture_output=True
                )
            server.terminate()
            server.wait(timeout=30)


def serve(folder: Path, sshd: Path) -> subprocess.Popen[bytes]:
    """A real sshd at every address of the namespace, once it listens."""
    (folder / "sshd_config").write_text(
        f"Port {PORT}\nListenAddress 0.0.0.0\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/key.pub\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin prohibit-password\nPasswordAuthentication no\nPidFile none\n"
        "MaxStartups 2000\nUseDNS no\nLogLevel ERROR\nSubsystem sftp internal-sftp\n"
    )
    Path("/run/sshd").mkdir(exist_ok=True)
    server = subprocess.Popen([str(sshd), "-D", "-e", "-f", str(folder / "sshd_config")])
    for _ in range(100):
        if subprocess.run(["ss", "-Hltn", f"sport = :{PORT}"], capture_output=True, check=True).stdout:
            return server
        if server.poll() is not None:
            break
        time.sleep(0.05)
    raise SystemExit("sshd did not start")


def accounts(passwd: str) -> str:
    """The machines' /etc/passwd: this computer's, with sshd's account and an empty home for root. What this computer's
    root has its shell do at every start (version managers may fork a hundred times) is no part of a server, and would
    be paid by whoever runs the most commands."""
    others = [line for line in passwd.splitlines() if line.split(":")[0] not in ("root", "sshd")]
    ours = ["root:x:0:0:root:/run/sshd:/bin/bash", "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin"]
    return "\n".join([*ours, *others, ""])


def enter(arguments: Sequence[str]) -> None:
    """Into a network and a mount namespace: addresses of the fleet are this computer's own there, and the machines have
    accounts of their own."""
    if os.environ.get("SEAKEEP_PEERS_NS") != "1":
        os.environ["SEAKEEP_PEERS_NS"] = "1"
        command = ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, "-m", "bench.fleet.peers"]
        os.execvp(command[0], [*command, *arguments])
    for line in ("ip link set lo up", "ip route add local 10.90.0.0/16 dev lo"):
        subprocess.run(line.split(), check=True)
    with tempfile.NamedTemporaryFile("w") as lent:
        lent.write(accounts(Path("/etc/passwd").read_text()))
        lent.flush()
        Path(lent.name).chmod(0o644)
        subprocess.run(["mount", "--bind", lent.name, "/etc/passwd"], check=True)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def main() -> None:
    """All sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", type=int, nargs="+", default=[10, 50])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", nargs="+", default=["pyinfra", "ansible-core"])
    parser.add_argument("--peers", type=Path, default=Path("~/.cache/seakeep-bench/peers").expanduser())
    parser.add_argument("--sshd", type=Path, default=Path("/usr/sbin/sshd"))
    chosen = parser.parse_args()
    peers = install(chosen.peers)
    enter(sys.argv[1:])
    print(f"{now()}; {FILES} files, nothing to do; {', '.join(VERSIONS)}\n")
    print(
        "| machines | tool | runs | wall, s | CPU of the client, s | CPU of the machines, s | CPU of others, s |"
        " times Seakeep's wall | times Seakeep's CPU |\n|---|---|---|---|---|---|---|---|---|",
        flush=True,
    )
    for count in chosen.machines:
        one_size(count, peers, chosen)


if __name__ == "__main__":
    main()
