"""The test of the test: a cluster that is weakened on purpose must FAIL its storm, with the right cause named.

    .venv/bin/python bench/weakened.py [--only fsync,check,dns,members] [--keep FOLDER]

A three-site lab and a state folder of its own. Each weakness is made by hand on the living cluster, a storm is run, its
verdict and its message are read from the report, and `seakeep apply` repairs it; `members` comes last and is not
repaired. Ends with 1 where a weakness was not noticed, or for another reason than its own.
"""

import argparse
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from lab import MADE, Lab, opened

HAPROXY = "/etc/seakeep/lb/haproxy.cfg"
ETCDCTL = (
    "/opt/seakeep/bin/etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/pki/ca.crt "
    "--cert=/etc/etcd/pki/health.crt --key=/etc/etcd/pki/health.key"
)


@dataclass(frozen=True)
class Weakness:
    """What is done on machines (host, script), or with kubectl; the storm; and what its findings have to say, all of
    it. `repaired` by an apply."""

    id: str
    about: str
    shells: tuple[tuple[str, str], ...]
    storm: tuple[str, ...]
    says: tuple[str, ...]
    kubectl: tuple[str, ...] = ()
    repaired: bool = True


WEAKNESSES = (
    Weakness(
        id="fsync",
        about="etcd on one machine does not flush what it acknowledges",
        shells=(("c-etcd1", "echo 'unsafe-no-fsync: true' >>/etc/etcd/etcd.yaml && systemctl restart etcd"),),
        storm=("apiserver_killed@c-cp1", "--seconds", "5"),
        says=(r"c-etcd1 applied \d+ entries of its log and flushed it 0 times", r"c-etcd1: .*/etc/etcd/etcd\.yaml"),
    ),
    Weakness(
        id="check",
        about="HAProxy does not check API servers any more",
        shells=tuple(
            (
                balancer,
                f"sed -i '/httpchk/d; /http-check/d; /default-server/d' {HAPROXY} && systemctl restart seakeep-haproxy",
            )
            for balancer in ("a-lb1", "b-lb1")
        ),
        storm=("machine_cut_off@b-cp1", "--seconds", "20"),
        says=(r"requests still failed|no (read|write) was answered", rf"lb1 is not as designed: .*{HAPROXY}"),
    ),
    Weakness(
        id="dns",
        about="CoreDNS has one replica",
        shells=(),
        kubectl=("-n", "kube-system", "scale", "deployment/coredns", "--replicas=1"),
        storm=("coredns_killed", "--seconds", "10", "--unhealthy"),
        says=(r"DNS look-ups failed", r"cluster is not as designed: .*coredns.*replicas"),
    ),
    Weakness(
        id="members",
        about="etcd has three members, two of them in one site",
        shells=(
            (
                "a-etcd1",
                f"""set -e
for n in b-etcd2 c-etcd1; do
  {ETCDCTL} member remove $({ETCDCTL} member list | awk -F', ' -v n=$n '$3 == n {{ print $1 }}')
  sleep 6
done""",
            ),
        ),
        storm=("machine_cut_off@site:a", "--seconds", "15", "--unhealthy", "--radius", "cluster"),
        says=(
            r"no write was answered for \d",
            r"etcd has 3 voting members .*, the design 5: without the targets 1 are left and quorum is 2",
        ),
        repaired=False,
    ),
)


def noticed(lab: Lab, weakness: Weakness) -> tuple[str, str, list[str]]:
    """Weaken, storm, repair: (verdict, everything that its findings say, what of `says` is missing)."""
    for host, script in weakness.shells:
        lab.run("ssh", host, "--", script)
    if weakness.kubectl:
        lab.run("kubectl", "--", *weakness.kubectl)
    report = json.loads(lab.run("storm", "run", *weakness.storm, "--yes", "-o", "json", codes=(0, 1, 3)))
    if weakness.repaired:
        lab.run("apply", "--yes", codes=MADE)
    said = "\n".join(f"{each['verdict']} {each['id']}: {each['message']}" for each in report["findings"])
    return report["verdict"], said, [each for each in weakness.says if not re.search(each, said)]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default=",".join(each.id for each in WEAKNESSES))
    parser.add_argument("--keep", type=Path, help="a folder whose lab is used as it is, or made there and left")
    chosen = parser.parse_args()
    wanted = chosen.only.split(",")
    unknown = set(wanted) - {each.id for each in WEAKNESSES}
    if unknown:
        parser.error(f"no such weakness: {', '.join(sorted(unknown))}")
    bad = 0
    with opened("weak", chosen.keep) as lab:
        lab.run("up", "--yes", codes=MADE)
        for weakness in WEAKNESSES:
            if weakness.id not in wanted:
                continue
            verdict, said, missing = noticed(lab, weakness)
            good = verdict == "FAIL" and not missing
            bad += not good
            load = os.getloadavg()[0]
            print(f"{'noticed' if good else 'NOT NOTICED'}: {weakness.about}: {verdict} (load {load:.0f})")
            print("\n".join(f"    {line}" for line in said.splitlines() if not line.startswith("PASS")), flush=True)
            for each in missing:
                print(f"    nothing says {each!r}")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
