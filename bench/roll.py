"""What clients notice while a change restarts the control plane: reads and writes through the VIP, one of each every
100 ms on a connection of its own, during each of these changes of the three-site example.

    .venv/bin/python bench/roll.py [--runs 1] [--only api-servers,...] [--nice -10]

A lab and a state folder of its own. Every number comes from the report of `seakeep apply` itself. On a computer that
does other work as well, `--nice` keeps the probe from measuring that work (root only).
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lab import Lab, opened, unproven

BALANCERS = ("a-lb1", "b-lb1")
CONTROL_PLANE = ("a-cp1", "b-cp1", "c-cp1")


class Changes:
    """What is changed, in the cluster file or on machines."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.number = os.getpid() % 500  # a kept lab has the values of an earlier run

    def spec(self, **fields: str) -> None:
        """Set whole lines under `spec:`; an earlier value of the same field goes."""
        text = self.lab.file.read_text()
        for name, value in fields.items():
            text = re.sub(rf"^  {name}: .*\n", "", text, flags=re.MULTILINE)
            text = text.replace("\nspec:\n", f"\nspec:\n  {name}: {value}\n", 1)
        self.lab.file.write_text(text)

    def drift(self, machines: Sequence[str], *paths: str) -> None:
        """Edit files on machines, which the next apply puts right. A comment: the program reads it and goes on."""
        for machine in machines:
            self.lab.run("ssh", machine, "--", "; ".join(f"echo '# edited' >>{path}" for path in paths))

    def api_servers(self) -> None:
        """A flag of the API servers: how long audit logs are kept."""
        self.number += 1
        self.spec(security=f"{{audit: {{maxAgeDays: {20 + self.number}}}}}")

    def etcd(self) -> None:
        """A setting of etcd: its quota."""
        self.number += 1
        self.spec(etcd=f"{{quota: {2048 + self.number}MiB}}")

    def haproxy(self) -> None:
        """HAProxy's and keepalived's configuration: reloads."""
        self.drift(BALANCERS, "/etc/seakeep/lb/haproxy.cfg", "/etc/seakeep/lb/keepalived.conf")

    def balancers(self) -> None:
        """Their unit files: restarts, the VIP's holder included."""
        self.drift(BALANCERS, *(f"/etc/systemd/system/seakeep-{name}.service" for name in ("haproxy", "keepalived")))

    def kubelets(self) -> None:
        """kubelet and containerd beside the API servers."""
        self.drift(CONTROL_PLANE, *(f"/etc/systemd/system/{name}.service" for name in ("kubelet", "containerd")))

    def everything(self) -> None:
        """All of that at once."""
        for change in (self.api_servers, self.etcd, self.haproxy, self.balancers, self.kubelets):
            change()


CHANGES = ("api-servers", "etcd", "haproxy", "balancers", "kubelets", "everything")


def measured(changes: Changes, change: str) -> dict[str, Any]:
    """Make the change, apply it, and take the probe out of the report."""
    getattr(changes, change.replace("-", "_"))()
    # A proof that failed is told and counts; what clients noticed was measured all the same.
    report = json.loads(changes.lab.run("apply", "--yes", "-o", "json", codes=(0, 1)))
    seconds = next(phase["seconds"] for phase in report["phases"] if phase["title"] == "Machines")
    return {
        "change": change,
        "changes": report["changes"],
        "machines": seconds,
        "unproven": unproven(report),
        **report["probe"],
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default=",".join(CHANGES))
    parser.add_argument("--nice", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    failed = 0
    row = "{:12} {:>8} {:>9} {:>7} {:>7} {:>7} {:>7} {:>12} {:>9} {:>6}"
    heads = ("change", "changes", "machines", "reads", "writes", "failed", "unseen", "longest gap", "kept gap", "late")
    with opened("roll", chosen.keep, nice=chosen.nice) as lab:
        print(f"{os.cpu_count()} cores; times in seconds, gaps and lateness in milliseconds")
        print(row.format(*heads))
        lab.run("up", "--yes")
        changes = Changes(lab)
        for _ in range(chosen.runs):
            for change in chosen.only.split(","):
                seen = measured(changes, change)
                failed += int(str(seen["failed"])) + len(seen["unproven"])
                kept = max(each["longestGapMs"] for each in seen["series"] if each["connection"] == "kept")
                cells = ("changes", "machines", "reads", "writes", "failed", "unseen", "longestGapMs")
                numbers = [f"{seen[cell]:.0f}" for cell in cells]
                print(row.format(change, *numbers, f"{kept:.0f}", f"{seen['lateMs']:.0f}"), flush=True)
                for each in seen["unproven"]:
                    print(f"    not proven: {each}")
                for failure in seen["failures"]:
                    print(f"    {failure['at']} s: {failure['verb']}, {failure['connection']}: {failure['why']}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
