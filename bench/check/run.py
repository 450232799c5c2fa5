"""How long `seakeep check` takes beside its peers, on generated folders of manifests.

    python bench/check/run.py [--objects 1000,10000,100000] [--runs 3] [--limit 300]

Peers are those on PATH (kube-score, kube-linter, checkov); one that is not there is left out. `go install
github.com/zegl/kube-score/cmd/kube-score@v1.20.0` makes the first. Every program reads the same folder with all that it
checks by default, and writes JSON. Wall time is the best of the runs, memory the largest resident size of one process;
all come from the kernel. On a busy machine compare the processors' seconds, which are what a quiet one with one core
would take; goals are held against the lesser of the two. The first run of each program is not counted: it leaves
compiled modules and a warm file cache. A run that takes longer than the limit is stopped, and said to be.
"""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

sys.path.insert(0, str(Path(__file__).parent))
from folder import write

SEAKEEP = Path(sys.executable).with_name("seakeep")
UNCOMPILED = "PYTHONDONTWRITEBYTECODE"
"""Set where nobody runs a program twice; an installed one has its modules compiled."""

GOALS = {1_000: 0.4, 10_000: 4.0}
"""Seconds, by the number of objects."""


@dataclass(frozen=True)
class Measure:
    """Seconds on the wall and of processors, MiB, and what was found; None where the limit came first."""

    seconds: float | None
    cpu: float
    memory: float
    answer: str = ""

    def better(self, other: "Measure") -> "Measure":
        """The least of each."""
        if other.seconds is None or self.seconds is None:
            return self
        return Measure(
            min(self.seconds, other.seconds), min(self.cpu, other.cpu), min(self.memory, other.memory), other.answer
        )


def command(program: str, folder: Path) -> list[str] | None:
    """How each program is started; None where it is not there."""
    if program == "seakeep":
        return [str(SEAKEEP), "check", str(folder), "-o", "json"]
    path = shutil.which(program)
    if path is None:
        return None
    return {
        "kube-score": [path, "score", "-o", "json", *map(str, sorted(folder.glob("*.yaml")))],
        "kube-linter": [path, "lint", str(folder), "--format", "json"],
        "checkov": [path, "-d", str(folder), "--framework", "kubernetes", "-o", "json", "--quiet", "--compact"],
    }[program]


def measured(words: list[str], scratch: Path, limit: int) -> Measure:
    """One run."""
    out = scratch / "out"
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        for number, path in ((1, out), (2, Path(os.devnull))):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        os.execve(words[0], words, {name: value for name, value in os.environ.items() if name != UNCOMPILED})
    stop = Timer(limit, os.kill, (child, signal.SIGKILL))  # no alarm: programs in Go ignore it
    stop.start()
    _, status, usage = os.wait4(child, 0)
    stop.cancel()
    took = time.perf_counter() - started
    memory = usage.ru_maxrss / 1024
    cpu = usage.ru_utime + usage.ru_stime
    if os.WIFSIGNALED(status):
        return Measure(None, cpu, memory)
    return Measure(took, cpu, memory, out.read_text(errors="replace"))


def says(program: str, answer: str) -> str:
    """How much was found, to see that the work was done."""
    if program != "seakeep" or not answer.startswith("{"):
        return f"{len(answer) / 1e6:.1f} MB of JSON"
    summary = json.loads(answer)["summary"]
    return f"{summary['checks']} checks, {summary['passed'] + summary['failed']} answers, {summary['failed']} failures"


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--objects", default="1000,10000,100000")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--programs", default="seakeep,kube-score,kube-linter,checkov")
    parser.add_argument("--limit", type=int, default=300)
    chosen = parser.parse_args()
    limit = chosen.limit
    cores = f"{os.cpu_count()} cores; Python {sys.version.split()[0]}"
    print(f"{time.strftime('%Y-%m-%d %H:%M')}; {cores}; load {os.getloadavg()[1]:.1f}; limit {limit} s a run\n")
    print(
        "| objects | program | seconds | CPU seconds | times ours | MiB | load | |\n|---|---|---|---|---|---|---|---|"
    )
    missed = False
    with tempfile.TemporaryDirectory() as scratch:
        for objects in map(int, chosen.objects.split(",")):
            folder = Path(scratch) / str(objects)
            write(folder, objects)
            ours = 0.0
            for program in chosen.programs.split(","):
                words = command(program, folder)
                if words is None:
                    continue
                if objects == min(map(int, chosen.objects.split(","))):
                    measured(words, Path(scratch), limit)
                best = measured(words, Path(scratch), limit)
                for _ in range(chosen.runs - 1):
                    if best.seconds is not None and best.seconds < limit / 10:
                        best = best.better(measured(words, Path(scratch), limit))
                ours = ours or best.cpu
                row = (
                    f"{objects:,}",
                    program,
                    f"{best.seconds:.2f}" if best.seconds is not None else f"over {limit}",
                    f"{best.cpu:.2f}" if best.seconds is not None else f"over {best.cpu:.0f}",
                    f"{best.cpu / ours:.1f}",
                    f"{best.memory:.0f}",
                    f"{os.getloadavg()[0]:.0f}",
                    says(program, best.answer),
                )
                print("| " + " | ".join(row) + " |", flush=True)
                missed |= program == "seakeep" and min(best.seconds or limit, best.cpu) > GOALS.get(objects, limit)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
