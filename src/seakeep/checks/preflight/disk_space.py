"""There is room for programs, images, data and logs.

What: free space under /opt, /var/lib and /var/log. Why: a full disk stops etcd and makes the kubelet evict.
Evidence: df. Fix: free or add space. The kubelet starts to collect images at 85 % use, so that a node needs more.
"""

from collections.abc import Iterator

from seakeep.checks.base import Check, Fleet, Scope
from seakeep.core.finding import Finding, Severity
from seakeep.core.verdict import Verdict
from seakeep.facts import disks

CHECK = Check(
    id="PRE004",
    scope=Scope.PREFLIGHT,
    title="enough free disk space",
    severity=Severity.ERROR,
    since="0.1.0",
    remediation="free space there, or mount a larger file system",
)

_NODE = (("/opt", 1500), ("/var/lib", 5000), ("/var/log", 500))
_OTHER = (("/opt", 300), ("/var/lib", 1000), ("/var/log", 200))


def judge(fleet: Fleet) -> Iterator[Finding]:
    """Only before the first installation: later, what is used is used by us."""
    for name in sorted(fleet.fresh & fleet.facts.keys()):
        spaces = fleet.facts[name].get(disks.FACT)
        needs = _NODE if fleet.design.machine(name).is_node else _OTHER
        short = [
            f"{path} has {spaces[path].free_mb} MiB free, {need} needed"
            for path, need in needs
            if path in spaces and spaces[path].free_mb < need
        ]
        untold = [path for path, _ in needs if path not in spaces]
        if untold and not short:
            yield CHECK.found(Verdict.UNKNOWN, f"df does not tell about {', '.join(untold)}", where=name)
            continue
        yield CHECK.found(Verdict.FAIL if short else Verdict.PASS, "; ".join(short) or "enough", where=name)
