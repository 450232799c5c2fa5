"""Kernel features that the node network needs: loaded, built in, or loadable."""

from seakeep.facts.base import Ask, Fact

WANTED = ("bridge", "nf_tables", "overlay", "vxlan")
ENFORCING = ("ip_set", "xt_set")
"""What kube-router's rules need. Built in, they show only where the kernel's list of modules is: in no container."""

SCRIPT = f"""\
for m in {" ".join(WANTED + ENFORCING)}; do
  if [ -d /sys/module/$m ] || modprobe -nq $m; then echo $m; fi
done
grep -qw overlay /proc/filesystems && echo overlay
i=skprobe$$
if ip link add $i type vxlan id 4242 dstport 0 2>/dev/null; then echo vxlan; ip link del $i; fi
if ip link add $i type bridge 2>/dev/null; then echo bridge; ip link del $i; fi
nft list tables >/dev/null 2>&1 && echo nf_tables
true
"""


def script(ask: Ask) -> str:
    """What is built in shows neither as a module nor to modprobe, so that it is tried for a moment."""
    return SCRIPT


def parse(output: bytes) -> frozenset[str]:
    """Those of WANTED and ENFORCING that can be had."""
    return frozenset(output.decode("ascii", "replace").split()) & frozenset(WANTED + ENFORCING)


FACT: Fact[frozenset[str]] = Fact(id="modules", script=script, parse=parse)
