"""How long the main example takes, phase by phase: `up` from nothing with binaries cached, then `apply` with
nothing to do, then with one changed file.

    .venv/bin/python bench/bring_up.py [--runs 3]

A lab and a state folder of its own; the medians are printed. Absolute times depend on the computer and on what else
it does: quote them with the number of cores, and compare only runs of one sitting.
"""

import argparse
import json
import os
import statistics

from lab import opened


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    phases: dict[str, list[float]] = {}
    totals: list[float] = []
    with opened("bench") as lab:
        lab.run("sources", "fetch")
        for _ in range(runs):
            lab.run("lab", "down")
            seconds, out = lab.timed("up", "--yes", "-o", "json")
            totals.append(seconds)
            for phase in json.loads(out)["phases"]:
                phases.setdefault(phase["title"], []).append(phase["seconds"])
        idle = [lab.timed("apply", "--yes")[0] for _ in range(max(3, runs))]
        edited = []
        for _ in range(max(3, runs)):
            lab.run("ssh", "a-worker1", "--", "echo '# x' >>/etc/cni/net.d/10-seakeep.conflist")
            report = json.loads(lab.run("apply", "--yes", "-o", "json"))
            edited.append(sum(p["seconds"] for p in report["phases"] if p["title"] != "Proof"))
    print(f"{os.cpu_count()} cores, {runs} runs, medians in seconds")
    for title, seconds in phases.items():
        print(f"  {title:32} {statistics.median(seconds):6.1f}")
    print(f"  {'up, all':32} {statistics.median(totals):6.1f}   (runs: {', '.join(f'{t:.0f}' for t in totals)})")
    print(f"  {'apply with nothing to do':32} {statistics.median(idle):6.1f}")
    print(f"  {'apply of one file, without proof':32} {statistics.median(edited):6.1f}")


if __name__ == "__main__":
    main()
