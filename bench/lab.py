"""A lab for a bench: a cluster file under a name of its own, a state folder beside it, and Seakeep run on both."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples"
MADE = (0, 1)
"""Exit codes of an `up` after which a bench may go on: on a busy computer a proof may fail for being late."""


class Lab:
    """One cluster file, made from an example where the folder has none."""

    def __init__(self, folder: Path, name: str, *, example: str = "three-sites", nice: int = 0) -> None:
        self.file = folder / "cluster.yaml"
        if not self.file.exists():
            text = (EXAMPLES / f"{example}.yaml").read_text()
            self.file.write_text(text.replace(f"name: {example}\n", f"name: {name}\n", 1))
        self.state = folder / "state"
        self.base = ["nice", "-n", str(nice)] if nice else []
        self.base += [sys.executable, "-m", "seakeep", "-f", str(self.file), "--state", str(self.state), "-q"]

    def tried(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Whatever its exit code."""
        return subprocess.run([*self.base, *arguments], capture_output=True, text=True, check=False)

    def run(self, *arguments: str, codes: Sequence[int] = (0,)) -> str:
        """Standard output. CalledProcessError for another exit code."""
        done = self.tried(*arguments)
        if done.returncode not in codes:
            sys.stderr.write(done.stderr[-4000:] + done.stdout[-2000:])
            raise subprocess.CalledProcessError(done.returncode, arguments)
        return done.stdout

    def started(self, machine: str, script: str) -> "subprocess.Popen[str]":
        """A script that goes on on a machine while the bench does something else; what it prints can be read."""
        return subprocess.Popen([*self.base, "ssh", machine, "--", script], stdout=subprocess.PIPE, text=True)

    def timed(self, *arguments: str) -> tuple[float, str]:
        """Seconds and standard output. CalledProcessError where it does not end with 0."""
        start = time.monotonic()
        out = self.run(*arguments)
        return time.monotonic() - start, out


def unproven(applied: dict[str, Any]) -> list[str]:
    """What the proof of an apply's report did not show, a line each."""
    return [f"{each['title']}: {each['message']}" for each in applied["proof"] if each["verdict"] != "PASS"]


@contextmanager
def opened(purpose: str, keep: Path | None = None, *, example: str = "three-sites", nice: int = 0) -> Iterator[Lab]:
    """A lab that is taken down afterwards; with `keep`, the one of that folder, which is left as it is. It is not up
    yet."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        lab = Lab(folder, f"{purpose}-{os.getpid()}", example=example, nice=nice)
        try:
            yield lab
        finally:
            if keep is None:
                lab.run("lab", "down")
