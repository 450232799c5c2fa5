"""How long `seakeep check` takes beside its peers, on generated folders of manifests.

    python bench/check/run.py [--objects 1000,10000,100000] [--runs 3]

Peers are those on PATH (kube-score, kube-linter, checkov); one that is not there is left out. `go install
github.com/zegl/kube-score/cmd/kube-score@v1.20.0` makes the first. Every program reads the same folder with all that it
checks by default, and writes JSON. Wall time is the best of the runs, memory the largest resident size of one process;
all come from the kernel. On a busy machine compare the processors' seconds. A run that takes longer than the limit is
stopped, and said to be.
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

sys.path.insert(0, str(Path(__file__).parent))
from folder import write

SEAKEEP = Path(sys.executable).with_name("seakeep")
LIMIT = 300
"""Seconds for one run."""

GOALS = {1_000: 0.4, 10_000: 4.0}
"""Seconds, by the number of objects."""


@dataclass(frozen=True)
class Measure:
    """Seconds on the wall and of processors, MiB, and what was found; None where the limit came first."""

    seconds: float | None
    cpu: float
    memory: float
    answer: str = ""


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


def measured(words: list[str], scratch: Path) -> Measure:
    """One run."""
    out = scratch / "out"
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        for number, path in ((1, out), (2, Path(os.devnull))):
            os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
        signal.alarm(LIMIT)
        os.execv(words[0], words)
    _, status, usage = os.wait4(child, 0)
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
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores; Python {sys.version.split()[0]}; limit {LIMIT} s a run\n")
    print("| objects | program | seconds | times ours | CPU seconds | MiB | |\n|---|---|---|---|---|---|---|")
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
                best = measured(words, Path(scratch))
                for _ in range(chosen.runs - 1):
                    if best.seconds is not None and best.seconds < LIMIT / 10:
                        again = measured(words, Path(scratch))
                        best = min(best, again, key=lambda each: each.seconds or LIMIT)
                ours = ours or (best.seconds or LIMIT)
                time_ = f"{best.seconds:.2f}" if best.seconds is not None else f"over {LIMIT}"
                ratio = f"{(best.seconds or LIMIT) / ours:.1f}"
                row = (
                    objects,
                    program,
                    time_,
                    ratio,
                    f"{best.cpu:.2f}",
                    f"{best.memory:.0f}",
                    says(program, best.answer),
                )
                print("| " + " | ".join(map(str, row)) + " |", flush=True)
                missed |= program == "seakeep" and ours > GOALS.get(objects, LIMIT)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
