"""Thirty files and their modes on N machines, nothing to do: Seakeep beside ansible-core and pyinfra.

    .venv/bin/python -m bench.fleet.peers [--machines 10 50] [--runs 3] [--tools pyinfra]

A real sshd answers at N addresses of a network namespace of its own. The peers come from PyPI into a venv of their own,
kept for the next time. ansible-core has pipelining, as many forks as there are machines, connections that it
keeps between its runs (ControlPersist), and gathers no facts; pyinfra as many workers as there are machines. Every tool
is a new process, the best of its runs counts, and each must say by itself that nothing had to change. Needs root and an
sshd.
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

from .__main__ import ROOT, keys
from .design import FIRST, PORT

FILES = 30
VERSIONS = ("ansible-core==2.19.14", "pyinfra==3.10.0")
_SSH = "-o StrictHostKeyChecking=yes -o UserKnownHostsFile={folder}/known_hosts -o IdentitiesOnly=yes"


@dataclass(frozen=True)
class Tool:
    """A command line, and the pattern that its output has `times` times when nothing had to change, and only then."""

    name: str
    command: tuple[str, ...]
    unchanged: str
    times: int = 1


@dataclass(frozen=True)
class Measure:
    """One process and all that it started and waited for, in seconds."""

    wall: float
    cpu: float


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
        f'        src: "{folder}/source/{{{{ item }}}}"\n        dest: "{folder}/kept/{{{{ item }}}}"\n'
        "        owner: root\n        group: root\n        mode: '0640'\n      loop:\n"
        + "".join(f"        - file{number:02}.conf\n" for number in range(FILES))
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
        Tool("ansible-core", (str(peers / "ansible-playbook"), f"{folder}/keep.yaml"), r"ok=1 +changed=0 ", count),
        Tool("pyinfra", pyinfra, rf"Grand total +{FILES * count} +- +- +{FILES * count}\s"),
    )


def measured(tool: Tool, folder: Path) -> Measure:
    """Run it. SystemExit where it fails or does not say that nothing changed."""
    environment = {**os.environ, "ANSIBLE_CONFIG": f"{folder}/ansible.cfg", "NO_COLOR": "1", "COLUMNS": "200"}
    start = time.monotonic()
    process = subprocess.Popen(
        tool.command, cwd=ROOT if tool.name == "seakeep" else folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode or len(re.findall(tool.unchanged, said)) != tool.times:
        raise SystemExit(f"{tool.name} ended with {process.returncode}:\n{said[-3000:]}")
    return Measure(wall, usage.ru_utime + usage.ru_stime)


def one_size(count: int, peers: Path, chosen: argparse.Namespace) -> None:
    """A line for each tool, Seakeep's first."""
    with tempfile.TemporaryDirectory(prefix="seakeep-peers-") as made:
        folder = Path(made)
        prepare(folder, count)
        server = serve(folder, chosen.sshd)
        try:
            best: dict[str, Measure] = {}
            for tool in tools(folder, peers, count):
                if tool.name not in ("seakeep", *chosen.tools):
                    continue
                found = [measured(tool, folder) for _ in range(chosen.runs)]
                best[tool.name] = Measure(min(each.wall for each in found), min(each.cpu for each in found))
                ours, its = best["seakeep"], best[tool.name]
                print(
                    f"| {count} | {tool.name} | {its.wall:.2f} | {its.cpu:.2f} | {its.wall / ours.wall:.1f} |"
                    f" {its.cpu / ours.cpu:.1f} |",
                    flush=True,
                )
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


def enter(arguments: Sequence[str]) -> None:
    """Into a network and a mount namespace: addresses of the fleet are this computer's own there, and an account that
    sshd needs can be lent to it."""
    if os.environ.get("SEAKEEP_PEERS_NS") != "1":
        os.environ["SEAKEEP_PEERS_NS"] = "1"
        command = ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, "-m", "bench.fleet.peers"]
        os.execvp(command[0], [*command, *arguments])
    for line in ("ip link set lo up", "ip route add local 10.90.0.0/16 dev lo"):
        subprocess.run(line.split(), check=True)
    accounts = Path("/etc/passwd").read_text()
    if "\nsshd:" not in accounts:
        with tempfile.NamedTemporaryFile("w", delete=False) as lent:
            lent.write(f"{accounts}sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin\n")
        Path(lent.name).chmod(0o644)
        subprocess.run(["mount", "--bind", lent.name, "/etc/passwd"], check=True)
        Path(lent.name).unlink()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


def main() -> None:
    """All sizes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--machines", type=int, nargs="+", default=[10, 50])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--tools", nargs="+", default=["ansible-core", "pyinfra"])
    parser.add_argument("--peers", type=Path, default=Path("~/.cache/seakeep-bench/peers").expanduser())
    parser.add_argument("--sshd", type=Path, default=Path("/usr/sbin/sshd"))
    chosen = parser.parse_args()
    peers = install(chosen.peers)
    enter(sys.argv[1:])
    print(f"{FILES} files, nothing to do; {', '.join(VERSIONS)}; load {os.getloadavg()[0]:.1f} at the start\n")
    print(
        "| machines | tool | wall, s | CPU, s | times Seakeep's wall | times Seakeep's CPU |\n|---|---|---|---|---|---|"
    )
    for count in chosen.machines:
        one_size(count, peers, chosen)


if __name__ == "__main__":
    main()
