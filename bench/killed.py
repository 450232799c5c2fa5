"""kill -9 of the tool in the middle of every kind of fault: what it broke has to heal without it.

    .venv/bin/python bench/killed.py [--only ID[@WORD],...] [--by guard,heal,timer] [--example NAME] [--keep FOLDER]

A lab (of three sites, unless another example is named) and a state folder of its own. For each experiment a storm is
begun, and killed when its history says that the fault is there. Then, by turns: `guard`: nothing is done, the guard
process heals; `heal`: the guard is killed as well, and `seakeep storm heal` heals; `timer`: both are killed, and the
machines' own timers heal (which do not bring back the power of a machine, nor delete a namespace: that is left to
`storm heal`). In the end `seakeep status` has to be healthy and `storm heal` has to find nothing. Ends with 1 where
that is not so.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from lab import MADE, Lab, opened
from seakeep.experiments import deadman
from seakeep.experiments.registry import EXPERIMENTS

WAYS = ("guard", "heal", "timer")
SECONDS = {"guard": 120, "heal": 120, "timer": 5}
"""How long the fault is to last. The timer fires a minute after that."""

LIMIT = 300.0


class Storm:
    """A run under way."""

    def __init__(self, process: subprocess.Popen[str], folder: Path) -> None:
        self.process = process
        self.folder = folder

    def marks(self) -> dict[str, str]:
        """mark -> what it is about."""
        path = self.folder / "history.jsonl"
        if not path.exists():
            return {}
        lines = [json.loads(line) for line in path.read_text().split("\n")[:-1]]
        return {line["what"]: line.get("about", "") for line in lines if line["k"] == "mark"}

    def guards(self) -> list[int]:
        """The processes that heal in its place, by the run that they were told."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if self.folder.name.encode() in words and b"--when-orphaned" in words:
                found.append(int(path.parent.name))
        return found


def begun(lab: Lab, word: str, seconds: int) -> Storm:
    """Begin one."""
    before = set(lab.state.glob("*/runs/*-storm-*"))
    options = ("--seconds", str(seconds), "--yes", "--unhealthy", "--radius", "cluster")
    process = subprocess.Popen(
        [*lab.base, "storm", "run", word, *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )

    def new() -> set[Path]:
        return {path.parent for path in lab.state.glob("*/runs/*-storm-*/history.jsonl")} - before

    wait_for("the run to begin", lambda: process.poll() is not None or new())
    return Storm(process, max(new(), default=lab.state))


def wait_for(what: str, true: Callable[[], object], limit: float = LIMIT) -> None:
    """Ask twice a second. TimeoutError when it does not come."""
    until = time.monotonic() + limit
    while not true():
        if time.monotonic() > until:
            raise TimeoutError(f"{what} within {limit:.0f} s")
        time.sleep(0.5)


def left_on_machines(lab: Lab, hosts: list[str]) -> str | None:
    """What lies in the folder of faults of these machines; None where one does not answer: it has no power."""
    asked = [lab.tried("ssh", host, "--", f"ls {deadman.FOLDER} 2>/dev/null; true") for host in hosts]
    return None if any(each.returncode for each in asked) else "".join(each.stdout for each in asked)


def one(lab: Lab, word: str, way: str) -> str:
    """Break, kill, wait: what came of it. TimeoutError where it did not heal."""
    storm = begun(lab, word, SECONDS[way])
    wait_for("the fault", lambda: storm.process.poll() is not None or {"injected", "failed"} & set(storm.marks()))
    marks = storm.marks()
    if "injected" not in marks:
        storm.process.kill()
        _, said = storm.process.communicate()
        return f"not done: {marks.get('failed') or said.strip().splitlines()[-1:]}"
    hosts = [host for host in marks["inject"].split(", ") if host]
    guards = storm.guards() if way != "guard" else []
    for pid in (storm.process.pid, *guards):
        os.kill(pid, signal.SIGKILL)
    storm.process.wait()
    killed = time.monotonic()
    if way == "guard":
        wait_for("the guard to heal", lambda: "healed" in storm.marks())
    elif way == "timer":
        if left_on_machines(lab, hosts) is None:
            way = "heal"
        else:
            wait_for("the timers to heal", lambda: left_on_machines(lab, hosts) == "")
    healed = time.monotonic() - killed
    by_hand = lab.tried("storm", "heal")
    if by_hand.returncode:
        return f"NOT HEALED: {by_hand.stdout.strip()}"
    wait_for("the cluster to be healthy", lambda: lab.tried("status").returncode == 0)
    again = lab.tried("storm", "heal").stdout
    if "nothing was left" not in again:
        return f"NOT HEALED: {again.strip()}"
    by = "storm heal" if way == "heal" else f"the {way} after {healed:.0f} s"
    return f"healed by {by}, healthy after {time.monotonic() - killed:.0f} s"


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(module.EXPERIMENT.id for module in EXPERIMENTS))
    parser.add_argument("--example", default="three-sites")
    parser.add_argument("--by", default=",".join(WAYS))
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    bad = 0
    with opened("killed", chosen.keep, example=chosen.example) as lab:
        lab.run("up", "--yes", codes=MADE)
        for word, way in zip(chosen.only.split(","), itertools.cycle(chosen.by.split(",")), strict=False):
            try:
                said = one(lab, word, way)
            except TimeoutError as error:
                said = f"NOT HEALED: {error}"
            bad += said.startswith("NOT HEALED")
            print(f"{word}: {said} (load {os.getloadavg()[0]:.0f})", flush=True)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
