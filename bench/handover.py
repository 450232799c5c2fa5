"""What a handover of etcd's leadership loses: small writes through every member, while the leader hands over, again and
again, by `etcdctl move-leader` alone and by what a member runs before it stops.

    .venv/bin/python bench/handover.py [--handovers 20] [--keep FOLDER]

A lab of three sites and a state folder of its own; nothing is restarted. The writes go to one key of no consequence,
as fast as the members answer, over connections that are kept. `lost`: not answered with 200; etcd gives up after 7 s.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from lab import MADE, Lab, opened

MEMBERS = ("a-etcd1", "a-etcd2", "b-etcd1", "b-etcd2", "c-etcd1")
PKI = "/etc/etcd/pki"
CTL = f"/opt/seakeep/bin/etcdctl --cacert={PKI}/ca.crt --cert={PKI}/health.crt --key={PKI}/health.key"
REQUESTS = 1000
"""Of each member, for each handover."""

LEADING = f"""{CTL} --endpoints=https://127.0.0.1:2379 endpoint status -w fields |
awk '$1 == "\\"MemberID\\"" {{ id = $3 }} $1 == "\\"Leader\\"" {{ leader = $3 }} END {{ print id "" == leader "" }}'"""
PLAIN = f"""{CTL} --endpoints=https://127.0.0.1:2379 member list -w simple | tr -d ' ' |
awk -F, '$3 != "'$(hostname)'" {{ print $1; exit }}' | xargs {CTL} --endpoints=https://127.0.0.1:2379 move-leader"""
WAYS = {"move-leader": PLAIN, "leave": "MAINPID=1 /etc/etcd/leave"}
LOAD = f"""me=$(ip -4 -o address show eth0 | awk '{{ sub("/.*", "", $4); print $4; exit }}')
for i in $(seq {REQUESTS}); do
  [ $i = 1 ] || echo next
  echo "url = \"https://$me:2379/v3/kv/put\""
  echo 'data = {{"key":"c2Vha2VlcC1iZW5jaA==","value":"eA=="}}'
  echo 'cacert = "{PKI}/ca.crt"'
  echo 'cert = "{PKI}/health.crt"'
  echo 'key = "{PKI}/health.key"'
  echo 'output = /dev/null'
  echo 'silent'
  echo 'max-time = 12'
  echo 'write-out = "%{{http_code}} %{{time_total}}\\n"'
done >/tmp/writes && curl --parallel --parallel-max 3 --config /tmp/writes"""


@dataclass
class Seen:
    """Of all handovers of one way. `longest` is in seconds."""

    requests: int = 0
    lost: int = 0
    longest: float = 0.0

    def add(self, text: str) -> None:
        """What curl said of one member."""
        for line in text.splitlines():
            code, seconds = line.split()
            self.requests += 1
            self.lost += code != "200"
            self.longest = max(self.longest, float(seconds))


def leader(lab: Lab) -> str:
    """The member that leads. RuntimeError where none does."""
    asked = {machine: lab.started(machine, LEADING) for machine in MEMBERS}
    answers = {machine: process.communicate()[0].strip() for machine, process in asked.items()}
    found = [machine for machine, answer in answers.items() if answer == "1"]
    if len(found) != 1:
        raise RuntimeError(f"who leads is not clear: {answers}")
    return found[0]


def handed_over(lab: Lab, way: str, seen: Seen) -> None:
    """One handover in the middle of the writes."""
    old = leader(lab)
    writing = [lab.started(machine, LOAD) for machine in MEMBERS]
    time.sleep(1.0)
    lab.run("ssh", old, "--", WAYS[way])
    for process in writing:
        seen.add(process.communicate()[0])
    if leader(lab) == old:
        raise RuntimeError(f"{old} still leads")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--handovers", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    with opened("handover", chosen.keep) as lab:
        lab.run("up", "--yes", codes=MADE)
        seen = {way: Seen() for way in WAYS}
        for _ in range(chosen.handovers):
            for way, numbers in seen.items():
                handed_over(lab, way, numbers)
        for way, numbers in seen.items():
            print(
                f"{way:12} {chosen.handovers} handovers, {numbers.requests} writes, {numbers.lost} lost, the longest "
                f"took {numbers.longest:.1f} s"
            )
        lab.run("ssh", MEMBERS[0], "--", f"{CTL} --endpoints=https://127.0.0.1:2379 del seakeep-bench")


if __name__ == "__main__":
    main()
