"""No other Kubernetes lives on the machine.

What: traces of kubeadm, k3s, RKE2, k0s, a second pod network, units of the same names, another Seakeep cluster.
Why: two networks or two kubelets on one machine break both. Evidence: the paths found. Fix: reset the other tool first.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import leftovers

CHECK = Check(
    id="PRE012",
    scope=Scope.PREFLIGHT,
    title="no other cluster on the machine",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="remove the other installation first (kubeadm reset, k3s-uninstall.sh, `seakeep reset` of its file)",
)

_OURS = "/etc/cni/net.d/10-seakeep.conflist"


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Another cluster's mark always refuses; foreign paths and units only before the first installation, except a
    second network configuration, which is refused on a living node too."""
    for name, facts in sorted(fleet.facts.items()):
        found = facts.get(leftovers.FACT)
        problems = [
            f"belongs to the cluster {line.partition(':')[2]!r}"
            for line in sorted(found)
            if line.startswith("owner:") and line != f"owner:{fleet.design.name}"
        ]
        for line in sorted(found):
            if line.startswith("/etc/cni/net.d/") and line != _OURS and fleet.design.machine(name).is_node:
                problems.append(f"{line} configures another pod network")
            elif line.startswith("/") and not line.startswith("/etc/cni/") and name in fleet.fresh:
                problems.append(f"{line} exists")
            elif line.startswith("unit:") and name in fleet.fresh and line.endswith(":active"):
                problems.append(f"{line.split(':')[1]} runs and is not Seakeep's")
        yield CHECK.found(Verdict.FAIL if problems else Verdict.PASS, "; ".join(problems) or "none", where=name)
