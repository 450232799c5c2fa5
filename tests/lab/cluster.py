"""A cluster of a test's own: the command line as a user runs it, with a lab and a state folder that nobody else has."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.leaks import said

from seakeep.transport.api import lost_member

REPO = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict:
        return json.loads(self.out)

    def ok(self, code: int = 0) -> "Ran":
        assert self.code == code, f"exit {self.code}, wanted {code}\n{self.out[-3000:]}\n{self.err[-6000:]}"
        return self


@dataclass(frozen=True)
class Cluster:
    """One file, one lab, one state folder."""

    name: str
    folder: Path

    @classmethod
    def of(cls, example: str, name: str, folder: Path) -> "Cluster":
        """The example under another name."""
        text = (REPO / "examples" / f"{example}.yaml").read_text()
        assert f"name: {example}\n" in text
        made = cls(name, folder)
        made.file.write_text(text.replace(f"name: {example}\n", f"name: {name}\n", 1))
        return made

    @property
    def file(self) -> Path:
        return self.folder / "cluster.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state" / self.name

    def command(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "seakeep", "-f", str(self.file), "--state", str(self.folder / "state"), *args]

    def run(self, *args: str, timeout: float = 400) -> Ran:
        """kubectl is asked again where an API server's etcd client only now learned that a member had been replaced
        (`seakeep.transport.api.lost_member`): what is passed on to it Seakeep does not repeat."""
        for _ in range(3):
            done = subprocess.run(
                self.command(*args),
                capture_output=True,
                text=True,
                timeout=timeout,
                stdin=subprocess.DEVNULL,
                check=False,
            )
            if done.returncode == 0 or args[0] != "kubectl" or not lost_member(done.stderr):
                break
        if args[0] != "kubeconfig":
            assert said(done.stdout + done.stderr, self.folder / "state") == [], "a command printed a secret"
        return Ran(done.returncode, done.stdout, done.stderr)

    def start(self, *args: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*args), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
        )

    def kill_at(self, marker: str, *args: str, act: Callable[[], None] | None = None) -> str:
        """Run until a line of progress holds the marker, then kill -9 (or `act` and wait). What was said until then."""
        process = self.start(*args)
        lines: list[str] = []
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if marker in line:
                if act is None:
                    os.kill(process.pid, signal.SIGKILL)
                else:
                    act()
                break
        else:
            process.wait()
            raise AssertionError(f"never came to {marker!r}: {''.join(lines)[-3000:]}")
        with process.stderr:
            lines.append(process.stderr.read())
        process.wait(timeout=400)
        told = "".join(lines)
        assert said(told, self.folder / "state") == [], "a command printed a secret"
        return told

    def ssh(self, machine: str, script: str) -> Ran:
        return self.run("ssh", machine, "--", script, timeout=60)

    def plan(self) -> list[tuple[str, str, str]]:
        """(host, what, why) of every change; checks the exit code."""
        ran = self.run("plan", "-o", "json")
        changes = [
            (c["host"], c["what"], c["why"]) for c in ran.ok(1 if '"changes": [\n' in ran.out else 0).json["changes"]
        ]
        assert (ran.code == 1) == bool(changes)
        return changes

    def eventually(self, probe: Callable[[], bool], what: str, seconds: float = 60) -> float:
        """Wait for something that the cluster does by itself; how long it took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            if probe():
                return time.monotonic() - start
            time.sleep(0.5)
        raise AssertionError(f"gave up waiting for {what}")

    def journal(self) -> list[dict]:
        """The records of the newest run."""
        newest = max((self.state / "runs").iterdir())
        return [json.loads(line) for line in (newest / "journal.jsonl").read_text().splitlines()]
