"""The kernel can build the node network.

What: overlay, bridge, vxlan and nftables; ip_set and xt_set where kube-router enforces network policies, on machines
that are not containers. Why: without them containers do not start, pods do not talk, or policies are not enforced.
Evidence: modules loaded, loadable, or a device made for a moment. Fix: a distribution kernel (linux-modules-extra on
Ubuntu).
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import modules, system

CHECK = Check(
    id="PRE009",
    scope=Scope.PREFLIGHT,
    title="kernel features of a node",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="use a distribution kernel with these modules (linux-modules-extra on Ubuntu)",
)


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Nodes only, before the first installation. nftables is tried with nft, which may be about to be installed."""
    for name in sorted(fleet.fresh & fleet.facts.keys()):
        if not fleet.design.machine(name).is_node:
            continue
        facts = fleet.facts[name]
        wanted = set(modules.WANTED) - {"nf_tables"}
        if fleet.design.network.policy_enforcer == "kube-router" and not facts.get(system.FACT).nested:
            wanted |= set(modules.ENFORCING)
        present = facts.get(modules.FACT)
        missing = sorted(wanted - present)
        message = f"missing: {', '.join(missing)}" if missing else "present"
        yield CHECK.found(Verdict.FAIL if missing else Verdict.PASS, message, where=name)
