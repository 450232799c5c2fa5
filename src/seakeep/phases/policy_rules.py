"""Packet filter rules that outlive their enforcer: they would go on refusing what no policy forbids.

After the objects, because the enforcer puts its rules back for as long as it runs; its pods end a moment after their
DaemonSet. It leaves them when it stops, on purpose: a new version of it starts with the pods protected.
"""

from collections.abc import Iterator

from seakeep.engine.model import Script, Step
from seakeep.facts import policy_rules
from seakeep.facts.policy_rules import MARK
from seakeep.phases.base import Phase, PlanContext
from seakeep.phases.compare import Comparer

PHASE = Phase("policy_rules", "Rules of network policies that nothing enforces any more", "machine")

_WAIT = """\
running() {
  for e in /proc/[0-9]*/exe; do case $(readlink "$e" 2>/dev/null) in */kube-router) return 0 ;; esac; done
  return 1
}
n=0
while running; do
  n=$((n + 1))
  if [ $n -gt 120 ]; then echo "kube-router still runs, a minute after its DaemonSet was deleted" >&2; exit 1; fi
  sleep 0.5
done
"""

# The tables of iptables are the node's: only what bears kube-router's names goes, by way of nft, which need not
# understand the rules for that. Its sets hold addresses and do nothing without rules; `ipset` is on few machines.
REMOVE = f"""\
if [ -d {MARK} ]; then
  for c in INPUT FORWARD OUTPUT; do
    nft -a list chain ip filter $c 2>/dev/null | sed -n 's/.* jump KUBE-ROUTER-.*# handle \\([0-9]*\\)$/\\1/p' |
      while read -r h; do nft delete rule ip filter $c handle "$h" || true; done
  done
  chains=$(nft list table ip filter 2>/dev/null | awk '
    $1 == "chain" && $2 ~ /^(KUBE-ROUTER-(INPUT|FORWARD|OUTPUT)|KUBE-POD-FW-|KUBE-NWPLCY-)/ {{print $2}}')
  {{
    for c in $chains; do echo "flush chain ip filter $c"; done
    for c in $chains; do echo "delete chain ip filter $c"; done
  }} | nft -f - || true
  if command -v ipset >/dev/null; then
    for s in $(ipset list -n | grep -E '^(TMP-|KUBE-SRC-|KUBE-DST-)'); do ipset destroy "$s" || true; done
  fi
  if nft list chain ip filter KUBE-ROUTER-FORWARD >/dev/null 2>&1; then
    echo "the rules of kube-router are still there" >&2
  else
    rmdir {MARK}
  fi
fi
"""
"""Takes kube-router's rules out of the kernel, and then the mark that says that they are there. Harmless where they are
not."""


def plan(context: PlanContext) -> Iterator[Step]:
    """A step for each node that ran an enforcer which the design does not have any more."""
    if context.design.network.policy_enforcer is not None:
        return
    for machine in context.nodes:
        facts = context.facts[machine.name]
        if not facts.get(policy_rules.FACT):
            continue
        yield Comparer(PHASE.id, facts, context.resolve).step(
            "rules",
            Script(f"{_WAIT}{REMOVE}[ ! -d {MARK} ]\n"),
            "kube-router left them, and the file no longer asks for it",
            what="remove the rules of kube-router",
        )
