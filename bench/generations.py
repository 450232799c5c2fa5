"""How a three-site cluster outlives its certificates: several generations of some minutes each, every one renewed
under a probe, and then every authority replaced.

    .venv/bin/python bench/generations.py [--life 4m] [--generations 3] [--skip-authorities] [--keep FOLDER]

A lab and a state folder of its own. A generation is over when the last certificate of the one before it has ended: then
every certificate has to be another one, served as it lies on the disk, every node Ready and nothing left to do. The
numbers are those of `seakeep certs renew` and `certs rotate-ca` themselves. Ends with 1 where a request failed or
something did not hold.
"""

import argparse
import json
import os
import re
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lab import MADE, Lab, opened, unproven

AUTHORITIES = ("cluster", "etcd", "front-proxy")
ROW = "{:34} {:>8} {:>8} {:>7} {:>7} {:>7} {:>8} {:>7} {:>5}"
HEADS = ("what", "changes", "seconds", "reads", "writes", "failed", "gap, ms", "late", "load")


def live_for(lab: Lab, life: str | None) -> None:
    """Set how long certificates live; None is what an example without the field gets."""
    text = re.sub(r"^  pki: .*\n", "", lab.file.read_text(), flags=re.MULTILINE)
    if life:
        text = text.replace("\nspec:\n", f"\nspec:\n  pki: {{leafLifetime: {life}}}\n", 1)
    lab.file.write_text(text)


def rows(lab: Lab) -> dict[str, dict[str, Any]]:
    """Every certificate by its name. Those that live for minutes end soon: exit code 1."""
    listed = json.loads(lab.run("certs", "list", "-o", "json", codes=(0, 1)))
    return {row["name"]: row for row in listed["certificates"]}


def leaves(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: row for name, row in found.items() if row["kind"] == "leaf"}


def told(what: str, applied: dict[str, Any]) -> int:
    """Print a line; how many requests failed and findings of the proof did not hold."""
    probe = applied["probe"] or dict.fromkeys(("reads", "writes", "failed", "longestGapMs", "lateMs"), 0)
    seconds = sum(phase["seconds"] for phase in applied["phases"])
    numbers = (
        probe["reads"],
        probe["writes"],
        probe["failed"],
        f"{probe['longestGapMs']:.0f}",
        f"{probe['lateMs']:.0f}",
    )
    print(ROW.format(what, applied["changes"], f"{seconds:.0f}", *numbers, f"{os.getloadavg()[0]:.0f}"), flush=True)
    wrong = unproven(applied)
    for each in wrong:
        print(f"    not proven: {each}")
    for each in probe.get("failures", ()):
        print(f"    {each['at']} s: {each['verb']}, {each['connection']}, {each['target']}: {each['why']}")
    return int(probe["failed"]) + len(wrong)


def outlived(lab: Lab, old: dict[str, dict[str, Any]]) -> list[str]:
    """What does not hold now that `old` has ended."""
    new = rows(lab)
    wrong = [
        f"{name} is still the old one" for name, row in leaves(new).items() if row["serial"] == old[name]["serial"]
    ]
    wrong += [
        f"{name}: {port['component']} on {port['machine']} does not serve what lies on its disk: {port['reason']}"
        for name, row in new.items()
        for port in row["served"]
        if port["matches"] is not True
    ]
    wrong += [f"{name} has ended" for name, row in new.items() if row["remainingSeconds"] <= 0]
    nodes = lab.run("kubectl", "--", "get", "nodes", "--no-headers")
    wrong += [f"not Ready: {line}" for line in nodes.splitlines() if line.split()[1] != "Ready"]
    return wrong


def generation(lab: Lab, number: int) -> int:
    """Renew everything, wait for the end of what was renewed, look. The number of things that went wrong."""
    old = rows(lab)
    end = max(datetime.fromisoformat(row["notAfter"]) for row in leaves(old).values())
    renewed = json.loads(lab.run("certs", "renew", "--all", "--yes", "-o", "json", codes=MADE))
    wrong = told(f"generation {number}: {len(renewed['renewed'])} certificates", renewed["applied"])
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 1)
    found = outlived(lab, old)
    for each in found:
        print(f"    {each}")
    return wrong + len(found)


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--life", default="4m")
    parser.add_argument("--generations", type=int, default=3)
    parser.add_argument("--skip-authorities", action="store_true")
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    wrong = 0
    with opened("generations", chosen.keep) as lab:
        live_for(lab, chosen.life)
        lab.run("up", "--yes")
        print(f"{os.cpu_count()} cores; certificates live for {chosen.life}")
        print(ROW.format(*HEADS))
        for number in range(1, chosen.generations + 1):
            wrong += generation(lab, number)
        live_for(lab, None)
        wrong += told("lives of a year again", json.loads(lab.run("apply", "--yes", "-o", "json", codes=MADE)))
        if not chosen.skip_authorities:
            rotated = json.loads(lab.run("certs", "rotate-ca", *AUTHORITIES, "--yes", "-o", "json", codes=MADE))
            wrong += sum(told(f"authorities, {each['stage']}", each["applied"]) for each in rotated["stages"])
        wrong += lab.tried("certs", "list").returncode + lab.tried("plan").returncode
        print("something went wrong" if wrong else "nothing failed, nothing is left to do")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
